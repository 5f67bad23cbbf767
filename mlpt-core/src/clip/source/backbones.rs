//! The published models that the field calls by short names.

/// A model that OpenAI published, under the name that configs give it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Backbone {
    /// `ViT-B/32`
    pub name: &'static str,
    /// The kind of image tower.
    pub tower: &'static str,
    /// Side of the square input in pixels.
    pub image_size: usize,
    /// `E`, the width of the features.
    pub embed_dim: usize,
    /// Numbers in both towers, the temperature included; statistics of batch norms are not.
    pub parameters: u64,
    /// The hub's repository, `openai/clip-vit-base-patch32`.
    pub hub: &'static str,
    /// OpenAI's own file, `ViT-B-32.pt`.
    pub file: &'static str,
    /// The size of that file in bytes.
    pub file_bytes: u64,
    /// The SHA-256 of that file.
    pub file_sha256: &'static str,
}

/// All of them, as `clip.available_models` lists them.
pub fn backbones() -> &'static [Backbone] {
    &BACKBONES
}

impl Backbone {
    /// The one called `name`: as published, in any case, or as its file is called.
    pub fn named(name: &str) -> Option<&'static Self> {
        let plain = |s: &str| s.to_ascii_lowercase().replace('/', "-").trim_end_matches("px").replace('@', "-");
        BACKBONES.iter().find(|b| plain(b.name) == plain(name))
    }

    /// The one whose published file has this SHA-256, in lower-case hexadecimal.
    pub fn with_digest(sha256: &str) -> Option<&'static Self> {
        BACKBONES.iter().find(|b| b.file_sha256 == sha256)
    }

    /// The one that the hub keeps in the repository `id`.
    pub fn in_repository(id: &str) -> Option<&'static Self> {
        BACKBONES.iter().find(|b| b.hub == id)
    }
}

const VIT: &str = "vision transformer";
const RESNET: &str = "modified ResNet";

const BACKBONES: [Backbone; 9] = [
    Backbone {
        name: "RN50",
        tower: RESNET,
        image_size: 224,
        embed_dim: 1024,
        parameters: 102_007_137,
        hub: "timm/resnet50_clip.openai",
        file: "RN50.pt",
        file_bytes: 255_827_503,
        file_sha256: "afeb0e10f9e5a86da6080e35cf09123aca3b358a0c3e3b6c78a7b63bc04b6762",
    },
    Backbone {
        name: "RN101",
        tower: RESNET,
        image_size: 224,
        embed_dim: 512,
        parameters: 119_688_033,
        hub: "timm/resnet101_clip.openai",
        file: "RN101.pt",
        file_bytes: 291_791_292,
        file_sha256: "8fa8567bab74a42d41c5915025a8e4538c3bdbe8804a470a72f30b0d94fab599",
    },
    Backbone {
        name: "RN50x4",
        tower: RESNET,
        image_size: 288,
        embed_dim: 640,
        parameters: 178_300_601,
        hub: "timm/resnet50x4_clip.openai",
        file: "RN50x4.pt",
        file_bytes: 421_854_225,
        file_sha256: "7e526bd135e493cef0776de27d5f42653e6b4c8bf9e0f653bb11773263205fdd",
    },
    Backbone {
        name: "RN50x16",
        tower: RESNET,
        image_size: 384,
        embed_dim: 768,
        parameters: 290_979_217,
        hub: "timm/resnet50x16_clip.openai",
        file: "RN50x16.pt",
        file_bytes: 661_125_706,
        file_sha256: "52378b407f34354e150460fe41077663dd5b39c54cd0bfd2b27167a4a06ec9aa",
    },
    Backbone {
        name: "RN50x64",
        tower: RESNET,
        image_size: 448,
        embed_dim: 1024,
        parameters: 623_258_305,
        hub: "timm/resnet50x64_clip.openai",
        file: "RN50x64.pt",
        file_bytes: 1_353_500_174,
        file_sha256: "be1cfb55d75a9666199fb2206c106743da0f6468c9d327f3e0d0a543a9919d9c",
    },
    Backbone {
        name: "ViT-B/32",
        tower: VIT,
        image_size: 224,
        embed_dim: 512,
        parameters: 151_277_313,
        hub: "openai/clip-vit-base-patch32",
        file: "ViT-B-32.pt",
        file_bytes: 353_976_522,
        file_sha256: "40d365715913c9da98579312b702a82c18be219cc2a73407c4526f58eba950af",
    },
    Backbone {
        name: "ViT-B/16",
        tower: VIT,
        image_size: 224,
        embed_dim: 512,
        parameters: 149_620_737,
        hub: "openai/clip-vit-base-patch16",
        file: "ViT-B-16.pt",
        file_bytes: 350_837_078,
        file_sha256: "5806e77cd80f8b59890b7e101eabd078d9fb84e6937f9e85e4ecb61988df416f",
    },
    Backbone {
        name: "ViT-L/14",
        tower: VIT,
        image_size: 224,
        embed_dim: 768,
        parameters: 427_616_513,
        hub: "openai/clip-vit-large-patch14",
        file: "ViT-L-14.pt",
        file_bytes: 932_768_134,
        file_sha256: "b8cca3fd41ae0c99ba7e8951adf17d267cdb84cd88be6f7c2e0eca1737a03836",
    },
    Backbone {
        name: "ViT-L/14@336px",
        tower: VIT,
        image_size: 336,
        embed_dim: 768,
        parameters: 427_944_193,
        hub: "openai/clip-vit-large-patch14-336",
        file: "ViT-L-14-336px.pt",
        file_bytes: 934_088_680,
        file_sha256: "3035c92b350959924f9f00213499208652fc7ea050643e8b385c2dac08641f02",
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_in_every_spelling() {
        for (spelling, name) in [
            ("rn50X16", "RN50x16"),
            ("vit-b-32", "ViT-B/32"),
            ("ViT-L/14@336", "ViT-L/14@336px"),
            ("ViT-L-14-336px", "ViT-L/14@336px"),
        ] {
            assert_eq!(Backbone::named(spelling).map(|b| b.name), Some(name));
        }
        assert_eq!(Backbone::named("ViT-B/64"), None);
        assert!(BACKBONES.iter().all(|b| b.file_sha256.len() == 64 && Backbone::named(b.name) == Some(b)));
        assert!(BACKBONES.iter().all(|b| Backbone::named(b.file.trim_end_matches(".pt")) == Some(b)));
    }
}

//! Small copies of the published data sets: their layouts, lists and names, with a few tiny pictures.

use crate::common::picture;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// What a miniature should turn out to be.
pub(crate) struct Miniature {
    pub(crate) name: &'static str,
    /// Training, validation and test images of the split that is made.
    pub(crate) sizes: [usize; 3],
    /// Class names by label.
    pub(crate) classes: &'static [&'static str],
    /// Whether a published split file would come first.
    pub(crate) drawn: bool,
    build: fn(&Place),
}

impl Miniature {
    /// Puts the miniature below `root`.
    pub(crate) fn build(&self, root: &Path) {
        (self.build)(&Place { root: root.to_owned() });
    }
}

struct Place {
    root: PathBuf,
}

impl Place {
    /// A picture of class `c`; the same for the same number.
    fn picture(&self, path: &str, c: usize, i: usize) {
        let path = self.root.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        // Only the content says what a file is, so .JPEG and .jpg are written alike.
        let mut bytes = std::io::Cursor::new(Vec::new());
        picture(c, i).write_to(&mut bytes, image::ImageFormat::Jpeg).unwrap();
        fs::write(path, bytes.into_inner()).unwrap();
    }

    /// Ten pictures in each of the folders.
    fn folders(&self, below: &str, folders: &[&str]) {
        for (c, folder) in folders.iter().enumerate() {
            for i in 0..10 {
                self.picture(&format!("{below}/{folder}/{i:04}.jpg"), c, i);
            }
        }
    }

    fn text(&self, path: &str, text: &str) {
        let path = self.root.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
}

const WORDNET: &str = "n01440764 tench\nn01443537 goldfish\nn01484850 great white shark\nn01491361 tiger shark\n";

pub(crate) const MINIATURES: [Miniature; 15] = [
    Miniature {
        name: "Caltech101",
        sizes: [15, 6, 9],
        classes: &["face", "leopard", "ant"],
        drawn: true,
        build: |p| {
            let folders = ["BACKGROUND_Google", "Faces", "Faces_easy", "Leopards", "ant"];
            p.folders("caltech-101/101_ObjectCategories", &folders);
        },
    },
    Miniature {
        name: "DescribableTextures",
        sizes: [15, 6, 9],
        classes: &["banded", "polka-dotted", "zigzagged"],
        drawn: true,
        build: |p| p.folders("dtd/images", &["zigzagged", "banded", "polka-dotted"]),
    },
    Miniature {
        name: "EuroSAT",
        sizes: [15, 6, 9],
        classes: &["Annual Crop Land", "River", "Sea or Lake"],
        drawn: true,
        build: |p| p.folders("eurosat/2750", &["AnnualCrop", "River", "SeaLake"]),
    },
    Miniature {
        name: "FGVCAircraft",
        sizes: [6, 6, 6],
        classes: &["707-320", "Cessna 172", "F-A-18"],
        drawn: false,
        build: |p| {
            let variants = ["707-320", "Cessna 172", "F-A-18"];
            p.text("fgvc_aircraft/variants.txt", &(variants.join("\n") + "\n"));
            for (s, split) in ["train", "val", "test"].iter().enumerate() {
                let mut lines = String::new();
                for i in 0..6 {
                    let id = format!("{:07}", 100 * s + i);
                    p.picture(&format!("fgvc_aircraft/images/{id}.jpg"), i % 3, i);
                    lines.push_str(&format!("{id} {}\n", variants[i % 3]));
                }
                p.text(&format!("fgvc_aircraft/images_variant_{split}.txt"), &lines);
            }
        },
    },
    Miniature {
        name: "Food101",
        sizes: [15, 6, 9],
        classes: &["apple pie", "beignets", "pho"],
        drawn: true,
        build: |p| {
            p.folders("food-101/images", &["apple_pie", "beignets", "pho"]);
            p.text("food-101/meta/train.txt", "apple_pie/0000\n");
        },
    },
    Miniature {
        name: "ImageNet",
        sizes: [30, 0, 12],
        classes: &["tench", "goldfish", "tiger shark"],
        drawn: false,
        build: |p| {
            p.text("imagenet/classnames.txt", WORDNET);
            p.folders("imagenet/images/train", &["n01440764", "n01443537", "n01491361"]);
            for (c, folder) in ["n01440764", "n01443537", "n01491361"].iter().enumerate() {
                for i in 0..4 {
                    p.picture(&format!("imagenet/images/val/{folder}/ILSVRC2012_val_{i:08}.JPEG"), c, 20 + i);
                }
            }
        },
    },
    Miniature {
        name: "ImageNetA",
        sizes: [0, 0, 20],
        classes: &["goldfish", "tiger shark"],
        drawn: false,
        build: |p| {
            p.text("imagenet-adversarial/classnames.txt", WORDNET);
            p.text("imagenet-adversarial/imagenet-a/README.txt", "hard\n");
            p.folders("imagenet-adversarial/imagenet-a", &["n01443537", "n01491361"]);
        },
    },
    Miniature {
        name: "ImageNetR",
        sizes: [0, 0, 20],
        classes: &["tench", "great white shark"],
        drawn: false,
        build: |p| {
            p.text("imagenet-rendition/classnames.txt", WORDNET);
            p.text("imagenet-rendition/imagenet-r/README.txt", "drawn\n");
            p.folders("imagenet-rendition/imagenet-r", &["n01440764", "n01484850"]);
        },
    },
    Miniature {
        name: "ImageNetSketch",
        sizes: [0, 0, 40],
        classes: &["tench", "goldfish", "great white shark", "tiger shark"],
        drawn: false,
        build: |p| {
            p.text("imagenet-sketch/classnames.txt", WORDNET);
            p.folders("imagenet-sketch/images", &["n01491361", "n01440764", "n01443537", "n01484850"]);
        },
    },
    Miniature {
        name: "ImageNetV2",
        sizes: [0, 0, 40],
        classes: &["tench", "goldfish", "great white shark", "tiger shark"],
        drawn: false,
        build: |p| {
            p.text("imagenetv2/classnames.txt", WORDNET);
            p.folders("imagenetv2/imagenetv2-matched-frequency-format-val", &["0", "1", "2", "3"]);
        },
    },
    Miniature {
        name: "OxfordFlowers",
        sizes: [15, 6, 9],
        classes: &["pink primrose", "hard-leaved pocket orchid", "canterbury bells"],
        drawn: true,
        build: |p| {
            let labels = include_bytes!("../../golden/mat/compressed-bytes.mat");
            fs::create_dir_all(p.root.join("oxford_flowers")).unwrap();
            fs::write(p.root.join("oxford_flowers/imagelabels.mat"), labels).unwrap();
            let names = r#"{"3": "canterbury bells", "1": "pink primrose", "2": "hard-leaved pocket orchid", "21": "fire lily"}"#;
            p.text("oxford_flowers/cat_to_name.json", names);
            for i in 1..=30 {
                p.picture(&format!("oxford_flowers/jpg/image_{i:05}.jpg"), i % 3, i);
            }
        },
    },
    Miniature {
        name: "OxfordPets",
        sizes: [16, 4, 8],
        classes: &["abyssinian", "great pyrenees"],
        drawn: true,
        build: |p| {
            let mut lists = BTreeMap::from([("trainval", String::new()), ("test", "# a remark\n".to_owned())]);
            for (c, breed) in ["Abyssinian", "great_pyrenees"].iter().enumerate() {
                for i in 0..14 {
                    p.picture(&format!("oxford_pets/images/{breed}_{i}.jpg"), c, i);
                    let list = lists.get_mut(if i < 10 { "trainval" } else { "test" }).unwrap();
                    list.push_str(&format!("{breed}_{i} {} {} 1\n", c + 1, c + 1));
                }
            }
            for (list, text) in lists {
                p.text(&format!("oxford_pets/annotations/{list}.txt"), &text);
            }
        },
    },
    Miniature {
        name: "StanfordCars",
        sizes: [6, 2, 4],
        classes: &["2000 AM General Hummer SUV", "2012 Acura RL Sedan"],
        drawn: true,
        build: |p| {
            let names = ["2000 AM General Hummer SUV", "2012 Acura RL Sedan"];
            let list = |folder: &str, numbers: std::ops::Range<usize>| -> String {
                let entry = |i: usize| {
                    let path = format!("{folder}/{i:05}.jpg");
                    p.picture(&format!("stanford_cars/{path}"), i % 2, i);
                    format!("[\"{path}\", {}, \"{}\"]", i % 2, names[i % 2])
                };
                numbers.map(entry).collect::<Vec<_>>().join(", ")
            };
            let (train, val) = (list("cars_train", 0..6), list("cars_train", 6..8));
            let test = list("cars_test", 0..4);
            let split = format!("{{\"train\": [{train}], \"val\": [{val}], \"test\": [{test}]}}");
            p.text("stanford_cars/split_zhou_StanfordCars.json", &split);
        },
    },
    Miniature {
        name: "SUN397",
        sizes: [16, 4, 8],
        classes: &["abbey", "indoor cathedral"],
        drawn: true,
        build: |p| {
            let classes = ["/a/abbey", "/c/cathedral/indoor"];
            p.text("sun397/ClassName.txt", &(classes.join("\n") + "\n"));
            let (mut train, mut test) = (String::new(), String::new());
            for (c, class) in classes.iter().enumerate() {
                for i in 0..14 {
                    p.picture(&format!("sun397/SUN397{class}/sun_{i}.jpg"), c, i);
                    let list = if i < 10 { &mut train } else { &mut test };
                    list.push_str(&format!("{class}/sun_{i}.jpg\n"));
                }
            }
            p.text("sun397/Training_01.txt", &train);
            p.text("sun397/Testing_01.txt", &test);
        },
    },
    Miniature {
        name: "UCF101",
        sizes: [16, 4, 8],
        classes: &["Apply Eye Makeup", "Yo Yo"],
        drawn: true,
        build: |p| {
            let actions = [("ApplyEyeMakeup", "Apply_Eye_Makeup"), ("YoYo", "Yo_Yo")];
            p.text("ucf101/ucfTrainTestlist/classInd.txt", "1 ApplyEyeMakeup\r\n2 YoYo\r\n");
            let (mut train, mut test) = (String::new(), String::new());
            for (c, (action, folder)) in actions.iter().enumerate() {
                for i in 0..14 {
                    p.picture(&format!("ucf101/UCF-101-midframes/{folder}/v_{action}_g{i:02}.jpg"), c, i);
                    match i < 10 {
                        true => train.push_str(&format!("{action}/v_{action}_g{i:02}.avi {}\r\n", c + 1)),
                        false => test.push_str(&format!("{action}/v_{action}_g{i:02}.avi\r\n")),
                    }
                }
            }
            p.text("ucf101/ucfTrainTestlist/trainlist01.txt", &train);
            p.text("ucf101/ucfTrainTestlist/testlist01.txt", &test);
        },
    },
];

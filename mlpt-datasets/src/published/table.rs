//! The fifteen. Sizes are those of Zhou et al. (IJCV 2022), Table 1 of its appendix.

use super::base::Published;
use super::making;

/// What most have in common.
const OBJECTS: &str = "a photo of a {}.";

/// In CoOp's order of names.
pub static PUBLISHED: [Published; 15] = [
    Published {
        name: "Caltech101",
        aliases: &["caltech-101"],
        summary: "objects, 100 classes",
        doc: "Objects of 100 classes (Li, Andreeto, Ranzato, Perona 2003), 4128 training, 1649 validation and 2465 \
            test images in CoOp's split. Below DATASET.ROOT: caltech-101/101_ObjectCategories/<class>/*.jpg and \
            caltech-101/split_zhou_Caltech101.json. Without the split file 50, 20 and 30 % of every folder are drawn; \
            BACKGROUND_Google and Faces_easy are left out.",
        folder: "caltech-101",
        images: "101_ObjectCategories",
        split_file: Some("split_zhou_Caltech101.json"),
        sources: &[],
        template: OBJECTS,
        classes: 100,
        sizes: [4128, 1649, 2465],
        home: "CaltechDATA, doi 10.22002/D1.20086",
        making: making::caltech101,
    },
    Published {
        name: "DescribableTextures",
        aliases: &["DTD"],
        summary: "textures, 47 classes",
        doc: "Textures in 47 words (Cimpoi et al. 2014), 2820 training, 1128 validation and 1692 test images. Below \
            DATASET.ROOT: dtd/images/<class>/*.jpg and dtd/split_zhou_DescribableTextures.json. Without the split file \
            50, 20 and 30 % of every folder are drawn.",
        folder: "dtd",
        images: "images",
        split_file: Some("split_zhou_DescribableTextures.json"),
        sources: &[],
        template: "{} texture.",
        classes: 47,
        sizes: [2820, 1128, 1692],
        home: "https://www.robots.ox.ac.uk/~vgg/data/dtd",
        making: making::plain,
    },
    Published {
        name: "EuroSAT",
        aliases: &[],
        summary: "satellite photographs, 10 classes",
        doc: "Land seen from Sentinel-2 in 10 classes (Helber et al. 2019), 13500 training, 5400 validation and 8100 \
            test images of 64 x 64 pixels. Below DATASET.ROOT: eurosat/2750/<class>/*.jpg and \
            eurosat/split_zhou_EuroSAT.json. Without the split file 50, 20 and 30 % of every folder are drawn.",
        folder: "eurosat",
        images: "2750",
        split_file: Some("split_zhou_EuroSAT.json"),
        sources: &[],
        template: "a centered satellite photo of {}.",
        classes: 10,
        sizes: [13_500, 5400, 8100],
        home: "https://github.com/phelber/EuroSAT (the RGB archive)",
        making: making::eurosat,
    },
    Published {
        name: "FGVCAircraft",
        aliases: &["fgvc_aircraft"],
        summary: "aircraft, 100 variants",
        doc: "Aircraft of 100 variants (Maji et al. 2013), 3334 training, 3333 validation and 3333 test images, split \
            by its own lists. Below DATASET.ROOT, what the archive holds in data/: fgvc_aircraft/images/*.jpg, \
            variants.txt and images_variant_{train,val,test}.txt.",
        folder: "fgvc_aircraft",
        images: "images",
        split_file: None,
        sources: &["variants.txt", "images_variant_train.txt", "images_variant_val.txt", "images_variant_test.txt"],
        template: "a photo of a {}, a type of aircraft.",
        classes: 100,
        sizes: [3334, 3333, 3333],
        home: "https://www.robots.ox.ac.uk/~vgg/data/fgvc-aircraft",
        making: making::aircraft,
    },
    Published {
        name: "Food101",
        aliases: &["food-101"],
        summary: "dishes, 101 classes",
        doc: "Dishes of 101 kinds (Bossard et al. 2014), 50500 training, 20200 validation and 30300 test images in \
            CoOp's split. Below DATASET.ROOT: food-101/images/<class>/*.jpg and food-101/split_zhou_Food101.json. \
            Without the split file 50, 20 and 30 % of every folder are drawn; the lists in meta/ are not used, as in CoOp.",
        folder: "food-101",
        images: "images",
        split_file: Some("split_zhou_Food101.json"),
        sources: &[],
        template: "a photo of {}, a type of food.",
        classes: 101,
        sizes: [50_500, 20_200, 30_300],
        home: "https://data.vision.ee.ethz.ch/cvl/datasets_extra/food-101",
        making: making::plain,
    },
    Published {
        name: "ImageNet",
        aliases: &["ILSVRC2012"],
        summary: "objects, 1000 classes",
        doc: "ILSVRC 2012 (Russakovsky et al. 2015), 1281167 training images; what is published as its validation set, \
            50000 images, is the test split here, as in CoOp. CoOp chooses models by the same images; here there is no \
            validation split instead. Below DATASET.ROOT: imagenet/images/{train,val}/<WordNet number>/*.JPEG and \
            imagenet/classnames.txt.",
        folder: "imagenet",
        images: "images",
        split_file: None,
        sources: &["classnames.txt", "images/train", "images/val"],
        template: OBJECTS,
        classes: 1000,
        sizes: [1_281_167, 0, 50_000],
        home: "https://image-net.org (with an account); classnames.txt from CoOp's DATASETS.md",
        making: making::imagenet,
    },
    Published {
        name: "ImageNetA",
        aliases: &["imagenet-a"],
        summary: "photographs that fool classifiers, 200 classes of ImageNet; test images only",
        doc: "Photographs that a ResNet-50 gets wrong (Hendrycks et al. 2021), 7500 test images of 200 classes; labels \
            are ranks within this set. Below DATASET.ROOT: imagenet-adversarial/imagenet-a/<WordNet number>/* and \
            imagenet-adversarial/classnames.txt, a copy of ImageNet's.",
        folder: "imagenet-adversarial",
        images: "imagenet-a",
        split_file: None,
        sources: &["classnames.txt"],
        template: OBJECTS,
        classes: 200,
        sizes: [0, 0, 7500],
        home: "https://github.com/hendrycks/natural-adv-examples",
        making: making::by_wordnet,
    },
    Published {
        name: "ImageNetR",
        aliases: &["imagenet-r"],
        summary: "drawings, toys, sculptures, 200 classes of ImageNet; test images only",
        doc: "Renditions of 200 classes (Hendrycks et al. 2021), 30000 test images; labels are ranks within this set. \
            Below DATASET.ROOT: imagenet-rendition/imagenet-r/<WordNet number>/* and \
            imagenet-rendition/classnames.txt, a copy of ImageNet's.",
        folder: "imagenet-rendition",
        images: "imagenet-r",
        split_file: None,
        sources: &["classnames.txt"],
        template: OBJECTS,
        classes: 200,
        sizes: [0, 0, 30_000],
        home: "https://github.com/hendrycks/imagenet-r",
        making: making::by_wordnet,
    },
    Published {
        name: "ImageNetSketch",
        aliases: &["imagenet-sketch"],
        summary: "sketches, the classes of ImageNet; test images only",
        doc: "Black and white sketches of ImageNet's 1000 classes (Wang et al. 2019), 50889 test images. Below \
            DATASET.ROOT: imagenet-sketch/images/<WordNet number>/* and imagenet-sketch/classnames.txt, a copy of \
            ImageNet's.",
        folder: "imagenet-sketch",
        images: "images",
        split_file: None,
        sources: &["classnames.txt"],
        template: OBJECTS,
        classes: 1000,
        sizes: [0, 0, 50_889],
        home: "https://github.com/HaohanWang/ImageNet-Sketch",
        making: making::by_wordnet,
    },
    Published {
        name: "ImageNetV2",
        aliases: &["imagenet-v2"],
        summary: "ImageNet collected again; test images only",
        doc: "ImageNet collected anew, matched frequency (Recht et al. 2019), 10000 test images. Below DATASET.ROOT: \
            imagenetv2/imagenetv2-matched-frequency-format-val/<0 to 999>/* and imagenetv2/classnames.txt, a copy of \
            ImageNet's; folder k is its k-th line, counted from 0.",
        folder: "imagenetv2",
        images: "imagenetv2-matched-frequency-format-val",
        split_file: None,
        sources: &["classnames.txt"],
        template: OBJECTS,
        classes: 1000,
        sizes: [0, 0, 10_000],
        home: "https://github.com/modestyachts/ImageNetV2",
        making: making::by_number,
    },
    Published {
        name: "OxfordFlowers",
        aliases: &["Flowers102"],
        summary: "flowers, 102 species",
        doc: "Flowers of 102 species (Nilsback, Zisserman 2008), 4093 training, 1633 validation and 2463 test images in \
            CoOp's split. Below DATASET.ROOT: oxford_flowers/jpg/image_*.jpg and \
            oxford_flowers/split_zhou_OxfordFlowers.json. Without the split file, imagelabels.mat and \
            cat_to_name.json in the same folder, of which 50, 20 and 30 % of every class are drawn.",
        folder: "oxford_flowers",
        images: "jpg",
        split_file: Some("split_zhou_OxfordFlowers.json"),
        sources: &["imagelabels.mat", "cat_to_name.json"],
        template: "a photo of a {}, a type of flower.",
        classes: 102,
        sizes: [4093, 1633, 2463],
        home: "https://www.robots.ox.ac.uk/~vgg/data/flowers/102",
        making: making::flowers,
    },
    Published {
        name: "OxfordPets",
        aliases: &["oxford_pets"],
        summary: "cats and dogs, 37 breeds",
        doc: "Cats and dogs of 37 breeds (Parkhi et al. 2012), 2944 training, 736 validation and 3669 test images. Below \
            DATASET.ROOT: oxford_pets/images/*.jpg and oxford_pets/split_zhou_OxfordPets.json. Without the split file, \
            annotations/trainval.txt and annotations/test.txt; a fifth of trainval is set aside for validation.",
        folder: "oxford_pets",
        images: "images",
        split_file: Some("split_zhou_OxfordPets.json"),
        sources: &["annotations/trainval.txt", "annotations/test.txt"],
        template: "a photo of a {}, a type of pet.",
        classes: 37,
        sizes: [2944, 736, 3669],
        home: "https://www.robots.ox.ac.uk/~vgg/data/pets",
        making: making::pets,
    },
    Published {
        name: "StanfordCars",
        aliases: &["stanford_cars"],
        summary: "cars, 196 models",
        doc: "Cars of 196 models (Krause et al. 2013), 6509 training, 1635 validation and 8041 test images. Below \
            DATASET.ROOT: stanford_cars/cars_train/*.jpg, stanford_cars/cars_test/*.jpg and \
            stanford_cars/split_zhou_StanfordCars.json. The split file is needed: the labels in devkit/ are MATLAB \
            structures, which are not read.",
        folder: "stanford_cars",
        images: "",
        split_file: Some("split_zhou_StanfordCars.json"),
        sources: &[],
        template: OBJECTS,
        classes: 196,
        sizes: [6509, 1635, 8041],
        home: "copies of the Stanford Cars archive (its own site is gone), laid out as cars_train and cars_test",
        making: making::cars,
    },
    Published {
        name: "SUN397",
        aliases: &[],
        summary: "scenes, 397 classes",
        doc: "Scenes of 397 kinds (Xiao et al. 2010), 15880 training, 3970 validation and 19850 test images. Below \
            DATASET.ROOT: sun397/SUN397/<letter>/<scene>/*.jpg and sun397/split_zhou_SUN397.json. Without the split \
            file, ClassName.txt, Training_01.txt and Testing_01.txt; a fifth of the first training list is set aside.",
        folder: "sun397",
        images: "SUN397",
        split_file: Some("split_zhou_SUN397.json"),
        sources: &["ClassName.txt", "Training_01.txt", "Testing_01.txt"],
        template: OBJECTS,
        classes: 397,
        sizes: [15_880, 3970, 19_850],
        home: "https://vision.princeton.edu/projects/2010/SUN (SUN397.tar.gz, Partitions.zip) or copies of them",
        making: making::sun397,
    },
    Published {
        name: "UCF101",
        aliases: &[],
        summary: "actions, the middle frames of videos, 101 classes",
        doc: "Middle frames of videos of 101 actions (Soomro et al. 2012), 7639 training, 1898 validation and 3783 test \
            images. Below DATASET.ROOT: ucf101/UCF-101-midframes/<Action_Name>/*.jpg and \
            ucf101/split_zhou_UCF101.json. Without the split file, ucfTrainTestlist/{classInd,trainlist01,testlist01}.txt; \
            a fifth of the training list is set aside.",
        folder: "ucf101",
        images: "UCF-101-midframes",
        split_file: Some("split_zhou_UCF101.json"),
        sources: &[
            "ucfTrainTestlist/classInd.txt",
            "ucfTrainTestlist/trainlist01.txt",
            "ucfTrainTestlist/testlist01.txt",
        ],
        template: "a photo of a person doing {}.",
        classes: 101,
        sizes: [7639, 1898, 3783],
        home: "UCF-101-midframes.zip on CoOp's page of data sets (DATASETS.md)",
        making: making::ucf101,
    },
];

/// The set that answers to `name`, in any case.
pub fn find(name: &str) -> Option<&'static Published> {
    let answers = |own: &&str| own.eq_ignore_ascii_case(name);
    PUBLISHED.iter().find(|set| answers(&set.name) || set.aliases.iter().any(answers))
}

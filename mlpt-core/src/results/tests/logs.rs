// Logs of Dassl made by hand, in the folders and the words of the published ones.

use std::fs;
use std::path::{Path, PathBuf};

/// A log. Fields may be changed before it is written.
#[derive(Clone)]
pub(crate) struct Log {
    pub(crate) trainer: String,
    pub(crate) cfg: String,
    /// The folder of the prompt's settings.
    pub(crate) prompt: String,
    /// The folder of the loss.
    pub(crate) loss: String,
    pub(crate) num_fp: usize,
    pub(crate) seed: u64,
    /// Whether the settings stand at the head.
    pub(crate) head: bool,
    /// What comes after training.
    pub(crate) end: String,
    /// Changes of the text: each first part becomes its second.
    pub(crate) changes: Vec<(String, String)>,
}

/// A log of `trainer` on Caltech101 with 16 shots, `num_fp` of them wrong.
pub(crate) fn log(trainer: &str, num_fp: usize, seed: u64, accuracy: f64) -> Log {
    let (cfg, prompt) = match trainer {
        "MaPLe" => ("vit_b16_c2_ep50_batch4", "nctx2_depth9"),
        _ => ("vit_b16_ep50", "nctx16_cscFalse_ctpend"),
    };
    Log {
        trainer: trainer.to_owned(),
        cfg: cfg.to_owned(),
        prompt: prompt.to_owned(),
        loss: "GCE_False".to_owned(),
        num_fp,
        seed,
        head: true,
        end: format!("Finish training\nDeploy the last-epoch model\nEvaluate on the *test* set\n{}", result(accuracy)),
        changes: Vec::new(),
    }
}

/// The lines of a result.
pub(crate) fn result(accuracy: f64) -> String {
    format!(
        "=> result\n* total: 2,465\n* correct: {}\n* accuracy: {accuracy:.1}%\n* error: {:.1}%\n* macro_f1: {:.1}%\n\
         Elapsed: 0:05:43\n",
        (24.65 * accuracy).round(),
        100.0 - accuracy,
        accuracy - 2.0
    )
}

impl Log {
    /// With generalised cross-entropy.
    pub(crate) fn gce(mut self) -> Self {
        self.loss = "GCE_True".to_owned();
        self
    }

    /// With another text.
    pub(crate) fn with(mut self, from: &str, to: &str) -> Self {
        self.changes.push((from.to_owned(), to.to_owned()));
        self
    }

    /// The published place.
    pub(crate) fn place(&self) -> String {
        let Self { trainer, cfg, prompt, loss, num_fp, seed, .. } = self;
        format!("caltech101/{trainer}/{cfg}_16shots/{prompt}/{loss}/16shots_{num_fp}noise/seed{seed}")
    }

    fn text(&self) -> String {
        let Self { trainer, cfg, num_fp, seed, .. } = self;
        let gce = if self.loss.contains("True") { "True" } else { "False" };
        let csc = if self.prompt.contains("cscTrue") { "True" } else { "False" };
        let own = match trainer.as_str() {
            "MaPLe" => "  MAPLE:\n    CTX_INIT: a photo of a\n    N_CTX: 2\n    PROMPT_DEPTH: 9\n".to_owned(),
            name => format!(
                "  {}:\n    CLASS_TOKEN_POSITION: end\n    CSC: {csc}\n    CTX_INIT: \n    N_CTX: 16\n",
                name.to_uppercase()
            ),
        };
        let head = format!(
            "***************\n** Arguments **\n***************\nbackbone: \nconfig_file: configs/trainers/{trainer}/{cfg}.yaml\n\
             num_fp: {num_fp}\nopts: ['DATASET.NUM_SHOTS', '16']\ntrainer: {trainer}\n\
             ************\n** Config **\n************\n\
             DATALOADER:\n  NUM_WORKERS: 8\n  TEST:\n    BATCH_SIZE: 100\n    SAMPLER: SequentialSampler\n\
             DATASET:\n  CIFAR_C_TYPE: \n  NAME: Caltech101\n  NUM_FP: {num_fp}\n  NUM_SHOTS: 16\n  ROOT: data\n\
             \x20 SUBSAMPLE_CLASSES: all\n  USE_ROBUSTLOSS: {gce}\n\
             INPUT:\n  SIZE: (224, 224)\nMODEL:\n  BACKBONE:\n    NAME: ViT-B/16\n    PRETRAINED: True\n  HEAD:\n    NAME: \n\
             OPTIM:\n  LR: 0.002\n  MAX_EPOCH: 50\n  NAME: sgd\nOUTPUT_DIR: output/{}\nRESUME: \nSEED: {seed}\n\
             TEST:\n  SPLIT: test\nTRAINER:\n  DDAIG:\n    WARMUP: 0\n{own}  NAME: {trainer}\nUSE_CUDA: True\nVERSION: 1\n\
             Collecting env info ...\n** System info **\nPyTorch version: 1.11.0\n\n",
            self.place()
        );
        let head = if self.head { head.as_str() } else { "" };
        let end = &self.end;
        let mut text = format!(
            "{head}Loading trainer: {trainer}\nLoading dataset: Caltech101\n---------  ----------\nDataset    Caltech101\n\
             # classes  100\n# train_x  1,600\n# val      400\n# test     2,465\n---------  ----------\n\
             epoch [1/50] batch [5/50] time 0.100 (0.321) data 0.000 (0.063) loss 1.5967 (1.6596) acc 31.2500 (23.1250)\n\
             Evaluate on the *val* set\n* accuracy: 12.3%\n* error: 87.7%\n* macro_f1: 11.1%\n{end}"
        );
        for (from, to) in &self.changes {
            assert!(text.contains(from), "no '{from}' in the log");
            text = text.replace(from, to);
        }
        text
    }

    /// Writes the log to its published place below `root`.
    pub(crate) fn write(&self, root: &Path) -> PathBuf {
        self.write_to(&root.join(self.place()))
    }

    /// Writes the log into `dir`.
    pub(crate) fn write_to(&self, dir: &Path) -> PathBuf {
        fs::create_dir_all(dir).unwrap();
        fs::write(dir.join("log.txt"), self.text()).unwrap();
        dir.to_owned()
    }
}

/// Two trainers at two levels of noise with three seeds: trainer, number wrong, accuracies.
pub(crate) const TREE: [(&str, usize, [f64; 3]); 4] = [
    ("CoOp", 0, [92.0, 92.2, 91.7]),
    ("CoOp", 2, [84.5, 85.7, 87.3]),
    ("MaPLe", 0, [96.1, 96.2, 96.4]),
    ("MaPLe", 2, [88.4, 88.9, 89.4]),
];

/// What that comes to, as the published table has it: the deviation is divided by n.
pub(crate) const PUBLISHED: &str = "\
dataset,trainer,cfg,csc,gce,factor,shots,noise_fp,seeds,acc_mean,acc_std,macro_f1_mean,elapsed_s_mean
caltech101,CoOp,vit_b16_ep50,False,False,,16,0,1|2|3,91.97,0.21,89.97,343
caltech101,CoOp,vit_b16_ep50,False,False,,16,2,1|2|3,85.83,1.15,83.83,343
caltech101,MaPLe,vit_b16_c2_ep50_batch4,,False,,16,0,1|2|3,96.23,0.12,94.23,1890
caltech101,MaPLe,vit_b16_c2_ep50_batch4,,False,,16,2,1|2|3,88.90,0.41,86.90,1890
";

/// Writes the logs of [`TREE`] below `root`, with a later evaluation beside each.
pub(crate) fn tree(root: &Path) {
    for (trainer, num_fp, accuracies) in TREE {
        for (seed, accuracy) in (1..).zip(accuracies) {
            let dir = log(trainer, num_fp, seed, accuracy).write(root);
            let later = format!("Finish training\n{}", result(1.0));
            fs::write(dir.join("log.txt-2024-03-01-10-20-30"), later).unwrap();
        }
    }
}

//! What selectors promise of any pool.
#![allow(clippy::unwrap_used)]

use super::tests::Pool;
use super::*;
use proptest::prelude::*;

/// A pool of 1 to 29 items of up to six classes; no two numbers are the same.
fn pools() -> impl Strategy<Value = Pool> {
    (1_usize..30, 1_usize..7).prop_flat_map(|(n, classes)| {
        let logits = prop::collection::vec(-9.0_f64..9.0, n * classes);
        (logits, prop::collection::vec(0..classes, n)).prop_map(move |(logits, given)| {
            let values: Vec<f64> = logits
                .chunks_exact(classes)
                .flat_map(|row| {
                    let sum: f64 = row.iter().map(|z| z.exp()).sum();
                    row.iter().map(move |z| z.exp() / sum).collect::<Vec<_>>()
                })
                .collect();
            // Cross-entropy would be the same for all items of one class; what is drawn is not.
            let losses = (0..given.len()).map(|i| 9.0 - logits[i * classes + given[i]] + 1e-9 * i as f64).collect();
            Pool { losses, given, rows: Probabilities::new(values, classes).unwrap() }
        })
    })
}

fn reordered(pool: &Pool, order: &[usize]) -> Pool {
    let classes = pool.rows.classes();
    let rows: Vec<&[f64]> = pool.rows.rows().collect();
    Pool {
        losses: order.iter().map(|&i| pool.losses[i]).collect(),
        given: order.iter().map(|&i| pool.given[i]).collect(),
        rows: Probabilities::new(order.iter().flat_map(|&i| rows[i].to_vec()).collect(), classes).unwrap(),
    }
}

fn selectors(keep: f64, by_class: bool, marginal: &str) -> Vec<Box<dyn Selector>> {
    let transport = TransportConfig { marginal: marginal.to_owned(), tol: 1e-12, iters: 500, ..Default::default() };
    vec![
        Box::new(SmallLoss::new(&SmallLossConfig { keep, by_class }).unwrap()),
        Box::new(ZeroShotAgreement),
        Box::new(OptimalTransport::new(&transport).unwrap()),
        Box::new(Mixture::default()),
    ]
}

proptest! {
    /// Of every class (or of all) the rounded share, but one where there is one; they have the smallest losses,
    /// and the score falls where the loss rises.
    #[test]
    fn small_loss_trusts_the_share(pool in pools(), keep in 0.01_f64..=1.0, by_class: bool) {
        let small = SmallLoss::new(&SmallLossConfig { keep, by_class }).unwrap();
        let selection = small.select(&pool.evidence()).unwrap();
        let groups = if by_class { pool.rows.classes() } else { 1 };
        for group in 0..groups {
            let items: Vec<usize> =
                (0..pool.given.len()).filter(|&i| !by_class || pool.given[i] == group).collect();
            let trusted = items.iter().filter(|&&i| selection.trusted[i]).count();
            let share = keep * items.len() as f64;
            prop_assert!(trusted <= items.len() && trusted >= items.len().min(1));
            prop_assert!((trusted as f64 - share).abs() <= 0.5 || trusted == 1, "{trusted} of {}", items.len());
            for &a in &items {
                for &b in &items {
                    if pool.losses[a] < pool.losses[b] {
                        prop_assert!(selection.clean[a] > selection.clean[b]);
                        prop_assert!(selection.trusted[a] || !selection.trusted[b]);
                    }
                }
            }
        }
    }

    /// The order of the pool changes nothing but the order of the answers. (The mixture begins with drawn
    /// centres, which hang on the order.)
    #[test]
    fn the_order_of_the_pool_does_not_matter(
        (pool, order) in pools().prop_flat_map(|pool| {
            let all: Vec<usize> = (0..pool.given.len()).collect();
            (Just(pool), Just(all).prop_shuffle())
        }),
        keep in 0.01_f64..=1.0, by_class: bool, uniform: bool,
    ) {
        let other = reordered(&pool, &order);
        for selector in &selectors(keep, by_class, if uniform { "uniform" } else { "given" })[..3] {
            let (a, b) = (selector.select(&pool.evidence()).unwrap(), selector.select(&other.evidence()).unwrap());
            for (at, &i) in order.iter().enumerate() {
                prop_assert!((b.clean[at] - a.clean[i]).abs() < 1e-9);
                prop_assert_eq!(b.trusted[at], a.trusted[i]);
            }
            prop_assert_eq!(a.degenerate, b.degenerate);
        }
    }

    /// Whatever goes in, what comes out is in range, and the hard selectors' weights say whom they trust.
    #[test]
    fn every_answer_is_in_range(pool in pools(), keep in 0.01_f64..=1.0, by_class: bool) {
        for (i, selector) in selectors(keep, by_class, "given").iter().enumerate() {
            let selection = selector.select(&pool.evidence()).unwrap();
            selection.check(pool.given.len()).unwrap();
            let hard = selection.weights.iter().zip(&selection.trusted).all(|(w, t)| *w == f64::from(u8::from(*t)));
            prop_assert!(hard || i == 3);
        }
    }

    /// Rows are exact; columns are as near as the plan says of itself.
    #[test]
    fn plans_keep_their_marginals(pool in pools(), uniform: bool, epsilon in 0.2_f64..5.0, iters in 1_usize..300) {
        let marginal = if uniform { "uniform" } else { "given" }.to_owned();
        let transport = OptimalTransport::new(&TransportConfig { marginal, epsilon, iters, tol: 1e-8 }).unwrap();
        let (n, classes) = (pool.given.len(), pool.rows.classes());
        let plan = transport.plan(&pool.evidence()).unwrap();
        prop_assert!(plan.entries.iter().all(|p| *p >= 0.0) && plan.iterations <= iters);
        for row in plan.entries.chunks_exact(classes) {
            prop_assert!((row.iter().sum::<f64>() - 1.0 / n as f64).abs() < 1e-12);
        }
        let share = |c: usize| match uniform {
            true => 1.0 / classes as f64,
            false => pool.given.iter().filter(|&&l| l == c).count() as f64 / n as f64,
        };
        let column = |c: usize| plan.entries.iter().skip(c).step_by(classes).sum::<f64>();
        let off: f64 = (0..classes).map(|c| (column(c) - share(c)).abs()).sum();
        prop_assert!((off - plan.error).abs() < 1e-9, "{off} {}", plan.error);
        prop_assert_eq!(plan.converged, plan.error < 1e-8);
        prop_assert!(plan.converged || plan.iterations == iters);
    }
}

//! Plain shapes.

use super::Ink::{Body, Line};
use super::Row;

pub(super) const ROWS: &[Row] = &[
    ("circle", "circles", &[(Body, "O 0 0 88 88")]),
    ("square", "squares", &[(Body, "R -78 -78 78 78")]),
    ("triangle", "triangles", &[(Body, "M 0 -88 L 92 75 -92 75 Z")]),
    ("diamond", "diamonds", &[(Body, "M 0 -95 L 62 0 0 95 -62 0 Z")]),
    ("hexagon", "hexagons", &[(Body, "M 45 -80 L 92 0 45 80 -45 80 -92 0 -45 -80 Z")]),
    ("star", "stars", &[(Body, "M 0 -95 L 22 -31 90 -29 36 12 56 77 0 38 -56 77 -36 12 -90 -29 -22 -31 Z")]),
    (
        "heart",
        "hearts",
        &[(
            Body,
            "M 0 85 Q -95 15 -90 -30 Q -80 -80 -40 -78 Q -8 -74 0 -40 Q 8 -74 40 -78 Q 80 -80 90 -30 Q 95 15 0 85 Z",
        )],
    ),
    ("ring", "rings", &[(Body, "O 0 0 90 90 o 0 0 54 54")]),
    (
        "cross",
        "crosses",
        &[(Body, "M -30 -90 L 30 -90 30 -30 90 -30 90 30 30 30 30 90 -30 90 -30 30 -90 30 -90 -30 -30 -30 Z")],
    ),
    ("arrow", "arrows", &[(Body, "M -95 -22 L 15 -22 15 -62 95 0 15 62 15 22 -95 22 Z")]),
    ("spiral", "spirals", &[(Line(15.0), "W 0 0 4 88 0 1020")]),
    ("zigzag", "zigzags", &[(Line(17.0), "M -95 30 L -57 -35 -19 30 19 -35 57 30 95 -35")]),
    (
        "grid",
        "grids",
        &[(Line(10.0), "R -85 -85 85 85 M -28 -85 L -28 85 M 28 -85 L 28 85 M -85 -28 L 85 -28 M -85 28 L 85 28")],
    ),
];

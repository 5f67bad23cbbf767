//! Turning the hue: torchvision's `adjust_hue`, by way of Pillow's 8-bit HSV.

use image::RgbImage;

/// Turns the hue by `share` of the whole circle, -0.5..=0.5. The way through 8-bit HSV loses a little:
/// a share of 0 changes colours too.
pub fn shift_hue(image: &mut RgbImage, share: f64) {
    // Cut to a whole number of 255ths; the hue wraps around at 256, as published.
    let shift = (share * 255.0) as i32 as u8;
    for pixel in image.chunks_exact_mut(3) {
        if let [r, g, b] = *pixel {
            let [hue, saturation, value] = to_hsv([r, g, b]);
            pixel.copy_from_slice(&to_rgb([hue.wrapping_add(shift), saturation, value]));
        }
    }
}

/// Hue, saturation and value, each 0..=255. The mixture of single and double precision is Pillow's.
fn to_hsv([r, g, b]: [u8; 3]) -> [u8; 3] {
    let (high, low) = (r.max(g).max(b), r.min(g).min(b));
    if high == low {
        return [0, 0, high];
    }
    let range = f32::from(high - low);
    let saturation = range / f32::from(high);
    let [red, green, blue] = [r, g, b].map(|level| f32::from(high - level) / range);
    let sixths = if r == high {
        blue - green
    } else if g == high {
        (2.0 + f64::from(red) - f64::from(blue)) as f32
    } else {
        (4.0 + f64::from(green) - f64::from(red)) as f32
    };
    let hue = ((f64::from(sixths) / 6.0 + 1.0) % 1.0) as f32;
    let byte = |x: f32| (f64::from(x) * 255.0) as u8;
    [byte(hue), byte(saturation), high]
}

fn to_rgb([hue, saturation, value]: [u8; 3]) -> [u8; 3] {
    if saturation == 0 {
        return [value; 3];
    }
    let sixths = f64::from(hue) * 6.0 / 255.0;
    let sector = sixths.floor();
    let rest = (sixths - sector) as f32;
    let share = (f64::from(saturation) / 255.0) as f32;
    let level = |less: f64| (f64::from(value) * (1.0 - less)).round() as u8;
    let p = level(f64::from(share));
    let q = level(f64::from(share * rest));
    let t = level(f64::from(share) * (1.0 - f64::from(rest)));
    match sector as u32 % 6 {
        0 => [value, t, p],
        1 => [q, value, p],
        2 => [p, value, t],
        3 => [p, q, value],
        4 => [t, p, value],
        _ => [value, p, q],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_third_of_the_circle_takes_red_to_green_and_grey_stays() {
        let mut image = RgbImage::from_raw(3, 1, vec![255, 0, 0, 90, 90, 90, 0, 0, 255]).unwrap_or_default();
        shift_hue(&mut image, 1.0 / 3.0);
        assert_eq!(image.clone().into_raw()[..6], [0, 255, 0, 90, 90, 90]);
        assert_eq!(to_hsv([0, 0, 255]), [170, 255, 255]);
        assert_eq!(to_hsv([255, 0, 255]), [212, 255, 255]);
    }
}

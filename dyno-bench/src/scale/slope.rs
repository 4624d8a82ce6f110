//! How figures grow.

/// The slope of the line that is nearest to these points, by the squares of the distances.
pub(super) fn slope(points: impl Iterator<Item = (f64, f64)> + Clone) -> f64 {
    let count: f64 = points.clone().map(|_| 1.0).sum();
    let (sum_x, sum_y) = points
        .clone()
        .fold((0.0, 0.0), |(xs, ys), (x, y)| (xs + x, ys + y));
    let (mean_x, mean_y) = (sum_x / count, sum_y / count);
    let (over, under) = points.fold((0.0, 0.0), |(over, under), (x, y)| {
        let from_mean = x - mean_x;
        (
            over + from_mean * (y - mean_y),
            under + from_mean * from_mean,
        )
    });
    over / under
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_slope_of_a_line_is_found_through_noise() {
        let line = [(0.0, 3.0), (1.0, 5.0), (4.0, 11.0)];
        assert!((slope(line.into_iter()) - 2.0).abs() < 1e-9);
        let noisy = [(0.0, 0.0), (1.0, 2.0), (2.0, 1.0), (3.0, 3.0)];
        assert!((slope(noisy.into_iter()) - 0.8).abs() < 1e-9);
    }
}

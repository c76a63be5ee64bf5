//! "did you mean": the nearest of the names that exist.

/// The candidate nearest to `name`, if it is near enough to be a slip of the hand.
pub(crate) fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    all_nearest(name, candidates).into_iter().next()
}

/// All the candidates that are as near as the nearest one.
pub(crate) fn all_nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
    let allowed = (name.chars().count() / 3).clamp(1, 3);
    let (mut nearest, mut found) = (allowed, Vec::new());
    for candidate in candidates {
        let distance = if is_part(name, candidate) { allowed } else { distance(name, candidate) };
        if distance < nearest {
            nearest = distance;
            found.clear();
        }
        if distance == nearest {
            found.push(candidate);
        }
    }
    found
}

/// `user` of `user_id`, or the other way round.
fn is_part(a: &str, b: &str) -> bool {
    let part_of = |a: &str, b: &str| a.len() > 1 && b.contains('_') && b.split('_').any(|word| word == a);
    part_of(a, b) || part_of(b, a)
}

/// Edits from `a` to `b`, two neighbours swapped being one edit (optimal string alignment).
fn distance(a: &str, b: &str) -> usize {
    let (a, b) = (lowercase(a), lowercase(b));
    let mut before = vec![0; b.len() + 1];
    let mut above: Vec<usize> = (0..=b.len()).collect();
    for i in 1..=a.len() {
        let mut row = vec![i; b.len() + 1];
        for j in 1..=b.len() {
            let changed = usize::from(a[i - 1] != b[j - 1]);
            row[j] = (above[j] + 1).min(row[j - 1] + 1).min(above[j - 1] + changed);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                row[j] = row[j].min(before[j - 2] + 1);
            }
        }
        before = above;
        above = row;
    }
    above[b.len()]
}

/// Case and the two kinds of dash are no edits: `Write-Through` is `write_through`.
fn lowercase(text: &str) -> Vec<char> {
    text.to_lowercase().chars().map(|c| if c == '-' { '_' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::{all_nearest, nearest};

    #[test]
    fn finds_a_slip() {
        let kinds = ["ttl", "cache_aside", "write_through"];
        assert_eq!(nearest("write_throgh", kinds), Some("write_through"));
        assert_eq!(nearest("Write-Through", kinds), Some("write_through"));
        assert_eq!(nearest("tlt", kinds), Some("ttl"));
    }

    #[test]
    fn finds_a_part() {
        assert_eq!(nearest("user", ["page", "user_id"]), Some("user_id"));
        assert_eq!(nearest("user_id", ["page", "user"]), Some("user"));
    }

    #[test]
    fn finds_all_that_are_as_near() {
        let timeouts = ["load_timeout", "ttl", "soft_load_timeout", "near"];
        assert_eq!(all_nearest("timeout", timeouts), ["load_timeout", "soft_load_timeout"]);
        assert_eq!(all_nearest("nera", timeouts), ["near"]);
        assert_eq!(nearest("timeout", timeouts), Some("load_timeout"));
    }

    #[test]
    fn leaves_strangers_alone() {
        assert_eq!(nearest("banana", ["ttl", "key", "skip"]), None);
        assert_eq!(nearest("x", []), None);
    }
}

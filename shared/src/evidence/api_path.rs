//! Takes apart the path of a request to a server that names a repository; knows nothing about what is asked for.

/// `owner/name` and what follows in `/api/v1/repos/<owner>/<name>/builds?page=1`, `repos/<owner>/<name>/builds.page2.json`
/// and their like; none without a repository.
pub(super) fn split(path: &str) -> Option<(String, Vec<&str>)> {
    let path = path.split(['?', '#']).next()?;
    let path = match path.strip_suffix(".json") {
        None => path,
        Some(file) => file
            .rsplit_once(".page")
            .map_or(file, |(stem, page)| if page.bytes().all(|b| b.is_ascii_digit()) { stem } else { file }),
    };
    let mut segments = path.split('/').skip_while(|segment| *segment != "repos").skip(1);
    let repository = format!("{}/{}", segments.next()?, segments.next()?);
    Some((repository, segments.collect()))
}

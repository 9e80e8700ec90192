//! Descriptions of ours as a browser would have written them.

/// An offer with one picture codec and what belongs to it only, as a browser writes it after `setCodecPreferences`.
pub fn only(offer: &str, codec: &str) -> String {
    let (sound, picture) = offer.split_at(offer.find("m=video").unwrap());
    let of = |line: &str| Some(line.strip_prefix("a=")?.split_once(':')?.1.split(' ').next()?.to_owned());
    let named = |name: &str| {
        let map = format!(" {name}/90000");
        let maps = picture.lines().filter(|line| line.starts_with("a=rtpmap:") && line.ends_with(&map));
        maps.filter_map(of).collect::<Vec<_>>()
    };
    let mut kept = named(codec);
    for repair in named("rtx") {
        let apt = kept.iter().any(|of| picture.contains(&format!("a=fmtp:{repair} apt={of}\r\n")));
        kept.extend(apt.then_some(repair));
    }
    assert!(!kept.is_empty(), "no {codec} in {offer}");
    let of_codec = |line: &str| ["a=rtpmap:", "a=fmtp:", "a=rtcp-fb:"].iter().any(|name| line.starts_with(name));
    let lines = picture.lines().filter(|line| !of_codec(line) || of(line).is_some_and(|of| kept.contains(&of)));
    let lines = lines.map(|line| match line.strip_prefix("m=video ") {
        Some(words) => {
            let words: Vec<&str> = words.split(' ').take(2).collect();
            format!("m=video {} {}\r\n", words.join(" "), kept.join(" "))
        }
        None => format!("{line}\r\n"),
    });
    format!("{sound}{}", lines.collect::<String>())
}

/// Every payload type that a description speaks of is one of its m-line and has a name.
pub fn speaks_of_its_payload_types_only(description: &str) {
    let mut types = Vec::new();
    for line in description.lines() {
        if let Some(words) = line.strip_prefix("m=") {
            types = words.split(' ').skip(3).collect();
            let named = |of: &&str| ["0", "8"].contains(of) || description.contains(&format!("a=rtpmap:{of} "));
            assert!(types.iter().all(named), "{description}");
        }
        let value = ["a=rtpmap:", "a=fmtp:", "a=rtcp-fb:"].iter().find_map(|name| line.strip_prefix(name));
        let of = value.and_then(|value| value.split(' ').next());
        assert!(of.is_none_or(|of| of == "*" || types.contains(&of)), "{line} in {description}");
        let apt = value.and_then(|value| value.split_once("apt=")).map(|(_, apt)| apt);
        assert!(apt.is_none_or(|apt| types.contains(&apt)), "{line} in {description}");
    }
}

/// The description with the picture codecs of another one, as a browser answers: with all it has, the best first.
pub fn with_codecs_of(description: &str, other: &str) -> String {
    let of_codec = |line: &&str| ["a=rtpmap:", "a=fmtp:", "a=rtcp-fb:"].iter().any(|name| line.starts_with(name));
    let (sound, picture) = description.split_at(description.find("m=video").unwrap());
    let other = &other[other.find("m=video").unwrap()..];
    let lines = other.lines().take(1).chain(picture.lines().skip(1).filter(|line| !of_codec(line)));
    let lines = lines.chain(other.lines().filter(of_codec));
    format!("{sound}{}", lines.map(|line| line.to_owned() + "\r\n").collect::<String>())
}

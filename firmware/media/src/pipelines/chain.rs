//! A row of elements: as text that `GStreamer` parses, and as data.

use std::fmt::{self, Display, Write};

use serde::{Serialize, Serializer, ser::SerializeMap};

/// Elements and caps, each linked to the next.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Chain {
    links: Vec<Link>,
}

/// One step of a chain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Link {
    /// An element.
    Element(Element),
    /// What passes here must be so.
    Caps {
        /// As `gst_caps_from_string` takes them.
        caps: String,
    },
}

/// An element with what is set on it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Element {
    /// Name of its factory.
    pub element: String,
    /// Properties that are not left at their defaults, in this order; `name` is how the engine finds it.
    #[serde(serialize_with = "as_map", skip_serializing_if = "Vec::is_empty")]
    pub properties: Vec<(String, String)>,
}

impl Element {
    /// With all its defaults.
    pub(crate) fn new(element: &str) -> Self {
        Self { element: element.into(), properties: Vec::new() }
    }

    /// The engine finds it by this name.
    pub(crate) fn named(self, name: &str) -> Self {
        self.set("name", name)
    }

    /// Sets a property; values are written as `GStreamer` reads them.
    pub(crate) fn set(mut self, property: &str, value: impl Display) -> Self {
        self.properties.push((property.into(), value.to_string()));
        self
    }

    /// Sets several.
    pub(crate) fn set_all(self, properties: &[(&str, &str)]) -> Self {
        properties.iter().fold(self, |element, (property, value)| element.set(property, value))
    }
}

impl Chain {
    /// Nothing yet.
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// Puts an element behind it.
    pub(crate) fn to(mut self, element: Element) -> Self {
        self.links.push(Link::Element(element));
        self
    }

    /// Puts caps behind it.
    pub(crate) fn caps(mut self, caps: impl Into<String>) -> Self {
        self.links.push(Link::Caps { caps: caps.into() });
        self
    }

    /// Puts another chain behind it.
    pub(crate) fn then(mut self, next: Self) -> Self {
        self.links.extend(next.links);
        self
    }

    /// Its steps.
    pub fn links(&self) -> &[Link] {
        &self.links
    }
}

/// The text that `gst_parse_launch` takes.
impl Display for Chain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, link) in self.links.iter().enumerate() {
            if index > 0 {
                f.write_str(" ! ")?;
            }
            link.fmt(f)?;
        }
        Ok(())
    }
}

impl Display for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Caps { caps } => f.write_str(caps),
            Self::Element(element) => element.fmt(f),
        }
    }
}

impl Display for Element {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.element)?;
        for (property, value) in &self.properties {
            write!(f, " {property}=")?;
            quoted(f, value)?;
        }
        Ok(())
    }
}

/// Anything but plain words stands in quotation marks, in which a backslash takes the meaning of what follows.
fn quoted(f: &mut fmt::Formatter<'_>, value: &str) -> fmt::Result {
    let plain = |c: char| c.is_ascii_alphanumeric() || "_-+./:".contains(c);
    if !value.is_empty() && value.chars().all(plain) {
        return f.write_str(value);
    }
    f.write_char('"')?;
    for c in value.chars() {
        if matches!(c, '"' | '\\') {
            f.write_char('\\')?;
        }
        f.write_char(c)?;
    }
    f.write_char('"')
}

fn as_map<S: Serializer>(properties: &[(String, String)], serializer: S) -> Result<S::Ok, S::Error> {
    let mut map = serializer.serialize_map(Some(properties.len()))?;
    for (property, value) in properties {
        map.serialize_entry(property, value)?;
    }
    map.end()
}

#[cfg(test)]
mod tests {
    use gst::prelude::*;

    use super::*;

    #[test]
    fn any_value_arrives_at_its_element_as_it_was_written() {
        gst::init().unwrap();
        for path in ["/a b/c.avi", "/say \"hi\"", "/back\\slash", "/percent%20,comma;x=1 ! fakesink", "/naïve", "name="]
        {
            let chain = Chain::new().to(Element::new("filesrc").named("file").set("location", path));
            let chain = chain.to(Element::new("fakesink"));
            let pipeline = gst::parse::launch(&chain.to_string()).unwrap_or_else(|e| panic!("{chain}: {e}"));
            let file = pipeline.downcast_ref::<gst::Bin>().unwrap().by_name("file").unwrap();
            assert_eq!(file.property::<String>("location"), path, "{chain}");
        }
    }

    #[test]
    fn data_tells_the_same_as_the_text() {
        let chain = Chain::new().to(Element::new("v4l2src").set("device", "/dev/video0")).caps("image/jpeg");
        assert_eq!(chain.to_string(), "v4l2src device=/dev/video0 ! image/jpeg");
        let data = serde_json::to_value(&chain).unwrap();
        let expected = serde_json::json!([
            {"element": "v4l2src", "properties": {"device": "/dev/video0"}},
            {"caps": "image/jpeg"},
        ]);
        assert_eq!(data, expected);
    }
}

//! One prefix of the catalogue: its names and payloads in one list.

/// Makes an enum of `"prefix:name" Variant payload` lines, and the list of its names.
macro_rules! events {
    (
        $(#[$meta:meta])*
        $kind:ident {
            $($(#[$doc:meta])* $name:literal $variant:ident $(($payload:ty))? $({ $($field:tt)* })?,)+
        }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq, ::serde::Serialize, ::serde::Deserialize, ::schemars::JsonSchema)]
        #[serde(tag = "event", content = "data", rename_all_fields = "camelCase")]
        pub enum $kind {
            $($(#[$doc])* #[serde(rename = $name)] $variant $(($payload))? $({ $($field)* })?,)+
        }

        impl $kind {
            /// Every name of this prefix.
            pub const NAMES: &'static [&'static str] = &[$($name,)+];

            /// The name in the catalogue, with its prefix.
            pub const fn name(&self) -> &'static str {
                match self {
                    $(Self::$variant { .. } => $name,)+
                }
            }
        }
    };
}

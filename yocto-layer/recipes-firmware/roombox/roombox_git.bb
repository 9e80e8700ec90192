SUMMARY = "Meeting-room terminal"
DESCRIPTION = "SIP and WebRTC conference terminal for a board with a camera, a microphone and a TV"
HOMEPAGE = "https://roombox.invalid/"
LICENSE = "MIT | Apache-2.0"
LIC_FILES_CHKSUM = "file://LICENSE-MIT;md5=ad64c277f7a4ef64e7300f5fcedb1b8e"

inherit cargo systemd pkgconfig externalsrc

# The layer lives in the repository of the firmware: what is built is what stands beside it.
EXTERNALSRC = "${THISDIR}/../../.."
CARGO_BUILD_FLAGS += "--profile dist -p roombox"

DEPENDS = "gstreamer1.0 gstreamer1.0-plugins-base gstreamer1.0-plugins-bad alsa-lib udev clang-native"
RDEPENDS:${PN} = "gstreamer1.0-plugins-base gstreamer1.0-plugins-good gstreamer1.0-plugins-bad ca-certificates"
# For what is written on the TV: Latin and Cyrillic, and Chinese letters.
RRECOMMENDS:${PN} = "ttf-dejavu-sans ttf-droid-sans-fallback"

SRC_URI += "file://roombox.service"

SYSTEMD_SERVICE:${PN} = "roombox.service"

do_install() {
    install -Dm0755 ${B}/target/${CARGO_TARGET_SUBDIR}/roombox ${D}${bindir}/roombox
    install -Dm0644 ${UNPACKDIR}/roombox.service ${D}${systemd_system_unitdir}/roombox.service
    install -d ${D}${datadir}/roombox/boards
    install -m0644 ${S}/board-configs/*.toml ${D}${datadir}/roombox/boards/
}

FILES:${PN} += "${datadir}/roombox"

SUMMARY = "Meeting-room terminal image"
DESCRIPTION = "Boots straight into the room: read-only root, no shell, the firmware and what it needs"
LICENSE = "MIT"

inherit core-image

IMAGE_FEATURES += "read-only-rootfs"
IMAGE_INSTALL = "packagegroup-core-boot roombox ca-certificates tzdata"

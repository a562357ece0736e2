"""Pictures, decoded and written anew: what a camera or anybody else put in beside the pixels does not come along."""

from __future__ import annotations

import io
import warnings

from PIL import ExifTags, Image, ImageOps, UnidentifiedImageError

from hawl.foundations.uploads.kinds import MOST_PIXELS, Kind, Refused

Image.MAX_IMAGE_PIXELS = MOST_PIXELS
_FORMAT = {Kind.JPG: "JPEG", Kind.PNG: "PNG"}
# A side longer than this is nobody's photograph, and many readers fail on it.
_LONGEST_SIDE = 20_000
_DETAILS = {"comment", "icc_profile", "xmp", "photoshop", "Software", "XML:com.adobe.xmp", "adobe"}


def anew(content: bytes, kind: Kind) -> tuple[bytes, list[str]]:
    """Give the picture upright in its pixels alone, and codes of what was left behind. Raises `Refused`."""
    warnings.simplefilter("error", Image.DecompressionBombWarning)
    try:
        with Image.open(io.BytesIO(content), formats=[_FORMAT[kind]]) as opened:
            if opened.width * opened.height > MOST_PIXELS or max(opened.size) > _LONGEST_SIDE:
                raise Refused("too_many_pixels")
            left = _left_behind(opened, content, kind)
            opened.load()
            upright = ImageOps.exif_transpose(opened)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as bomb:
        raise Refused("too_many_pixels") from bomb
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, KeyError, IndexError, TypeError) as broken:
        raise Refused("broken") from broken
    return _written(upright, kind), left


def _left_behind(opened: Image.Image, content: bytes, kind: Kind) -> list[str]:
    left = []
    exif = opened.getexif()
    if ExifTags.IFD.GPSInfo in exif:
        left.append("place_where_it_was_taken")
    if len(exif) or "exif" in opened.info:
        left.append("camera_details")
    if _DETAILS & set(opened.info) or getattr(opened, "text", None):
        left.append("comments")
    if getattr(opened, "n_frames", 1) > 1:
        left.append("further_pictures")
    end = content.rfind(b"IEND\xaeB`\x82") + 8 if kind is Kind.PNG else content.rfind(b"\xff\xd9") + 2
    if len(content) > end + 2:
        left.append("what_came_after_the_end")
    return left


def _written(picture: Image.Image, kind: Kind) -> bytes:
    clear = kind is Kind.PNG and (picture.mode in ("LA", "PA", "RGBA") or "transparency" in picture.info)
    wanted = "RGBA" if clear else "L" if picture.mode in ("1", "L") else "RGB"
    plain = picture if picture.mode == wanted else picture.convert(wanted)
    # What stands here is written into the new file unless it is taken away.
    plain.info = {}
    out = io.BytesIO()
    if kind is Kind.JPG:
        plain.save(out, "JPEG", quality=90, exif=b"", comment=b"")
    else:
        plain.save(out, "PNG")
    return out.getvalue()

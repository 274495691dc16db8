"""The process that opens photos from strangers, one after another. Refuses memory, time and files beyond its limits.

Started by path as a program of its own; one JSON line per request on standard input, two per answer on standard output:
first the facts, then the facts again with the small picture. The first survives if the decoder takes the process down.
"""

import base64
import errno
import json
import math
import os
import resource
import sys
import types
import warnings
from pathlib import Path
from typing import Any, BinaryIO

Message = dict[str, Any]

# Three standard streams, the photo twice, and what a decoder may open for itself.
_OPEN_FILES = 32
# The most any decoder here was seen to need: HEIC takes 7.2, a progressive JPEG 3 to 6, PNG 4.
_DECODER_BYTES_PER_PIXEL = 8


def main(settings_text: str) -> int:
    """Serve requests until standard input ends. `settings_text` is a JSON object of the examiner's limits."""
    settings = json.loads(settings_text)
    answers = _take_over_stdout()
    from PIL import Image

    from server.media import reading

    heif = reading.register_heif()
    Image.MAX_IMAGE_PIXELS = settings["max_pixels"]
    warnings.simplefilter("error", Image.DecompressionBombWarning)
    _limit_process(settings["memory_bytes"])
    _send(answers, {"ready": True, "heif": heif, "address_space_bytes": _memory("VmSize")})
    for line in sys.stdin.buffer:
        _limit_cpu(settings["cpu_seconds"])
        request = json.loads(line)
        try:
            facts = reading.read_facts(
                Path(request["path"]), digest=request["digest"], max_pixels=settings["max_pixels"], heif=heif
            )
            _send(answers, {"id": request["id"], "facts": facts})
            decodable = facts["problem"] is None and facts["format"] in reading.DECODERS and (heif or facts["format"] != "heic")
            last = _decode(Path(request["path"]), facts, settings) if decodable else {"facts": facts, "thumbnail": None}
        except MemoryError:
            last = {"limit": "memory"}
        except OSError as error:
            no_room = error.errno == errno.ENOMEM
            last = {"limit": "memory"} if no_room else {"unopened": error.strerror or type(error).__name__}
        _send(answers, {"id": request["id"], "last": True, "peak_rss_bytes": _memory("VmHWM"), **last})
    return 0


def _decode(path: Path, facts: Message, settings: Message) -> Message:
    """Decode a picture that is within the pixel limit; the last message's own part. Raises MemoryError."""
    from server import problems
    from server.media import reading

    room = settings["memory_bytes"] - _memory("VmSize")
    try:
        thumbnail = reading.make_thumbnail(path, facts, longest_px=settings["thumbnail_px"])
    except MemoryError:
        raise
    except Exception as error:
        # Decoders raise whatever their C code maps to, so no list of types would be complete.
        if facts["width"] * facts["height"] * _DECODER_BYTES_PER_PIXEL > room:
            # The C libraries call a picture broken when memory ran out, and a large sound one must not be called so.
            raise MemoryError from error
        unreadable = {"problem": problems.PHOTO_UNREADABLE.code, "reason": reading.decoding_failure(error)}
        return {"facts": facts | unreadable, "thumbnail": None}
    return {"facts": facts, "thumbnail": base64.b64encode(thumbnail).decode("ascii")}


def _take_over_stdout() -> BinaryIO:
    """Keep standard output for answers alone: a library that prints would break the protocol."""
    answers = os.fdopen(os.dup(1), "wb")
    silent = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silent, 1)
    os.dup2(silent, 2)
    os.close(silent)
    return answers


def _limit_process(memory_bytes: int) -> None:
    limits = {
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_FSIZE: 0,
        resource.RLIMIT_NOFILE: _OPEN_FILES,
        resource.RLIMIT_AS: memory_bytes,
    }
    for what, most in limits.items():
        _, hard = resource.getrlimit(what)
        allowed = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(what, (allowed, allowed))


def _limit_cpu(seconds: int) -> None:
    """Allow the next file so many seconds of processor time: the kernel counts over the whole life of the process."""
    used = time_used(resource.getrusage(resource.RUSAGE_SELF))
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (math.ceil(used) + seconds, hard))


def time_used(usage: resource.struct_rusage) -> float:
    """Processor seconds of a process, its own and the kernel's for it."""
    return usage.ru_utime + usage.ru_stime


def _memory(name: str) -> int:
    """A figure of /proc/self/status in bytes, 0 where there is no /proc."""
    try:
        lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith(f"{name}:")), 0)


def _send(answers: BinaryIO, message: Message) -> None:
    answers.write(json.dumps(message, separators=(",", ":")).encode("ascii") + b"\n")
    answers.flush()


if __name__ == "__main__":
    # A bare package stands in for `server`: importing the real one would load the whole web application into this process.
    bare = types.ModuleType("server")
    bare.__path__ = [str(Path(__file__).resolve().parents[1])]
    sys.modules["server"] = bare
    sys.exit(main(sys.argv[1]))

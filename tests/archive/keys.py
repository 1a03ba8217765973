"""Changes of an archive's keys, and a timestamp authority of openssl's own, served on this machine."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from tests.archive.timestamp_server import served

from minsheng.archive.package.key_chain import KeyEvent
from minsheng.archive.package.key_changes import KeyChange, change_key

AT = datetime.fromisoformat("2017-08-01T10:00:00+08:00")

_CONFIG = """\
[ req ]
distinguished_name = name
[ name ]
[ root ]
basicConstraints = critical,CA:TRUE
keyUsage = critical,keyCertSign
[ stamp ]
basicConstraints = critical,CA:FALSE
keyUsage = critical,digitalSignature
extendedKeyUsage = critical,timeStamping
[ tsa ]
default_tsa = here
[ here ]
serial = {folder}/serial
signer_cert = {folder}/stamp.pem
certs = {folder}/root.pem
signer_key = {folder}/stamp.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
ess_cert_id_alg = sha256
"""


def change(desk, event: str, second: Path | None = None, why: str = "试", **how) -> KeyEvent:
    """Put a line that names another key into the ledger of a test's archive."""
    asked = KeyChange(event=event, at=AT, why=why, **how)
    return change_key(desk.archive, desk.keys, second, asked, say=lambda _: None)


@contextmanager
def authority(tmp_path: Path) -> Iterator[str]:
    """Serve what ``openssl ts`` answers; yield the address. Its root certificate is ``tsa/root.pem``."""
    folder = tmp_path / "tsa"
    folder.mkdir()
    config = folder / "openssl.cnf"
    config.write_text(_CONFIG.format(folder=folder))
    (folder / "serial").write_text("01")

    def openssl(*words: str, content: bytes | None = None) -> bytes:
        return subprocess.run(["openssl", *words], input=content, capture_output=True, check=True, cwd=folder).stdout

    make = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-config", "openssl.cnf")
    openssl(
        "req", "-x509", *make, "-keyout", "root.key", "-out", "root.pem", "-subj", "/CN=Root", "-extensions", "root"
    )
    openssl("req", "-new", *make, "-keyout", "stamp.key", "-out", "stamp.csr", "-subj", "/CN=Stamp")
    openssl("x509", "-req", "-in", "stamp.csr", "-CA", "root.pem", "-CAkey", "root.key", "-CAcreateserial", "-out",
            "stamp.pem", "-extfile", "openssl.cnf", "-extensions", "stamp")  # fmt: skip

    def answer(query: bytes) -> bytes:
        (folder / "query.tsq").write_bytes(query)
        return openssl("ts", "-reply", "-queryfile", "query.tsq", "-config", "openssl.cnf")

    with served(answer) as address:
        yield address

"""``README.txt`` of an archive: how an auditor verifies it without us. A test runs the commands that it names."""

README = "README.txt"

TEXT = """\
民生工程报送归档 · 核验说明
Archive of livelihood project reports: how to verify it

一、这里有什么 / What is here

  <报告期>/            一个归档包（BagIt 1.0，RFC 8493），例如 2017-06/；更正后的第二版是 2017-06.r2/，第一版仍然保留。
                       A sealed package; a corrected one is a new folder with .r2, the first stays.
    data/              报告、报表、方案、笔记本等原件 / reports, returns, plan, notebooks
    manifest-*.txt     data/ 中每个文件的校验码 / checksum of every file under data/
    tagmanifest-*.txt  上述清单自身的校验码 / checksums of those lists
    metadata.xml       元数据（DA/T 46-2009 的元素）/ metadata
    provenance.intoto.json  报告由什么做成（in-toto Statement v1）/ what the reports were made from
    sm3.txt            data/ 中每个文件的国密 SM3 校验码（GB/T 32905-2016）/ the national digest SM3 of every file
  ledger.jsonl         账本：每次归档一行，带上一行的校验码 / one line per seal, with the hash of the line before
  ledger.jsonl.minisig 账本的签名 / its signature
  minisign.pub         验证签名的公钥 / the public key; minisign-2.pub … 换过的 / those after it
  keys/                换钥匙的每一行由谁签名 / signatures of the ledger's lines that name another key
  anchors/             账本头的时间戳（RFC 3161），3.tst 是第 3 行的 / timestamps of heads; 3.tst is the third line's
  bag-profile*.json    包的规范 / the profile that every bag conforms to

二、只用通用工具核验 / Verify with standard tools only

在本文件夹中打开终端，把 2017-06 换成要核验的包。每条命令都不应报错。
Open a terminal in this folder; put the package's name for 2017-06. No command may report an error.

1. 每个文件与清单一致（coreutils）/ every file agrees with its list:

    $ (cd 2017-06 && sha256sum --check --quiet --strict manifest-sha256.txt tagmanifest-sha256.txt)
    $ (cd 2017-06 && sha512sum --check --quiet --strict manifest-sha512.txt tagmanifest-sha512.txt)

2. 包是完整的，没有多出的文件（美国国会图书馆的 bagit.py，pip install bagit）/ the package is complete:

    $ bagit.py --validate 2017-06

3. 账本出自民政局，没有被改动或截短（minisign）/ the ledger is signed and unchanged:

    $ p=$(grep '"event":"rotate"' ledger.jsonl | tail -n 1 |
      sed 's/.*"file":"\\([^"]*\\)".*/\\1/'); minisign -Vm ledger.jsonl -p "${p:-minisign.pub}"

   换过钥匙的，账本有 "event":"rotate" 的行，由那时有效的钥匙（"signed_by"）签名：从第一把公钥逐行跟到现在这一把。
   登记恢复钥匙（"recovery"）和第二个人的钥匙（"second"）的行也一样。吊销（"revokes":true）之后，原来那把的签名不再算数。
   Where keys were changed, such a line names the new key and is signed by a key that was in force before it:

    $ for s in keys/*[0-9].minisig; do [ -e "$s" ] || continue; n=$(basename "$s" .minisig);
      head -n "$n" ledger.jsonl > /tmp/minsheng-lines;
      k=$(sed -n "${n}p" ledger.jsonl | sed 's/.*"signed_by":"\\([^"]*\\)".*/\\1/');
      minisign -Vm /tmp/minsheng-lines -x "$s" -p "$k" || exit 1; done

   两个人签名的，第二个签名也要有 / where two persons sign, the second signature too:

    $ s=$(grep '"event":"second"' ledger.jsonl | tail -n 1 |
      sed 's/.*"file":"\\([^"]*\\)".*/\\1/');
      [ -z "$s" ] || minisign -Vm ledger.jsonl -x ledger.jsonl.second.minisig -p "$s"

4. 包就是账本所记的那一个：打印出的校验码应在账本中 / the package is the one in the ledger:

    $ grep --quiet "$(sha256sum 2017-06/tagmanifest-sha256.txt | cut -c 1-64)" ledger.jsonl

5. 链的末端（账本头），与交接单上印的比较：交接单上的那个校验码必须是此处，或账本中某一行的 previous
   The chain's head; the one printed on a delivery note must be this one or some line's "previous":

    $ tail -n 1 ledger.jsonl | sha256sum

   账本头的时间戳证明那一行在那个时间已经在了；时间戳机构的根证书须另外取得，这里放在 ~/tsa-root.pem
   A timestamp attests that its line was there at its time; take the root certificate of the authority from elsewhere:

    $ for t in anchors/*.tst; do [ -e "$t" ] || continue; n=$(basename "$t" .tst);
      sed -n "${n}p" ledger.jsonl | openssl ts -verify -data /dev/stdin -token_in -in "$t" -CAfile ~/tsa-root.pem
      [ $? = 0 ] || exit 1; done

6. 国密 SM3（coreutils 9 以上；较旧的系统用其下的 openssl 一行）/ the national digest, either line:

    $ (cd 2017-06 && cksum --algorithm=sm3 --check --quiet --strict sm3.txt)
    $ (cd 2017-06 && while read -r sum file; do openssl dgst -sm3 "$file" | grep -q "$sum" || exit 1; done < sm3.txt)

   旧版程序封存的包没有 sm3.txt。Packages of older versions have no sm3.txt.

三、公钥与账本头须另有来源 / Take key and head from elsewhere

能改动整个文件夹的人，也能换掉其中的公钥。所以请把 minisign.pub 与局里另外提供的公钥比较，把账本头与已经发出的
交接单比较：只有它们能证明账本没有被整本换掉，末尾没有被截去。
Whoever can change this whole folder can change the key in it too. Compare minisign.pub with the key that the bureau
gave you by another way, and the head with a delivery note that has left the house: only they show that the ledger was
not replaced as a whole, nor its end cut off.

四、重算 / Computing anew

装有本程序的机器上，下面的命令不用笔记本，从归档的报表和方案重算每个数据，与结果和网页比较：
Where this program is installed, this computes every figure anew from the archived returns and plan, without notebooks:

    minsheng archive verify . --recompute

五、文件名 / File names

文件名一律用 Unicode NFC；原名中的 % 和 \\ 改成了全角的 ％ 和 ＼，因为各种工具对它们在清单中的写法理解不同。
Names are in Unicode NFC; % and \\ are sealed as full-width characters, because tools disagree about them in lists.
"""


def readme_bytes() -> bytes:
    """Return the file."""
    return TEXT.encode()


def commands() -> list[str]:
    """Return the commands that it tells an auditor to run, in order; one may run over several lines."""
    found: list[str] = []
    is_open = False
    for line in TEXT.splitlines():
        if line.startswith("    $ "):
            found.append(line.removeprefix("    $ "))
        elif is_open and line.startswith("      "):
            found[-1] += f"\n{line.strip()}"
        is_open = line.startswith(("    $ ", "      ")) and bool(found)
    return found

"""Fetches the cluster's token for a burst node. The node holds no secret: it signs a question who it is with the credentials
of its instance profile, Vault has AWS answer that question, and lets in the role that AWS names."""

import argparse
import base64
import datetime
import hashlib
import hmac
import json
import os
import subprocess
import sys
import urllib.error
import urllib.request

from metadata import ADDRESS, Metadata

QUESTION = "Action=GetCallerIdentity&Version=2011-06-15"
CONTENT_TYPE = "application/x-www-form-urlencoded; charset=utf-8"


class NotReady(Exception):
    """Why the node does not join; says nothing secret."""


def numbers(version):
    return [int(part) for part in version.split(".")]


def check_driver(least, gpus):
    """A node whose GPUs its pods could not use would take them from the queue and fail them."""
    query = ["nvidia-smi", "--query-gpu=driver_version", "--format=csv,noheader"]
    try:
        found = subprocess.run(query, check=True, capture_output=True, text=True, timeout=60).stdout.split()
    except (OSError, subprocess.SubprocessError) as error:
        raise NotReady(f"nvidia-smi does not answer ({type(error).__name__}): the image has no NVIDIA driver for this GPU")
    if len(found) < gpus:
        raise NotReady(f"{len(found)} GPUs are there; {gpus} expected")
    if numbers(found[0]) < numbers(least):
        raise NotReady(f"NVIDIA's driver is {found[0]}; {least} or newer expected: run `npm run resolve` for a newer image")
    try:
        subprocess.run(["nvidia-container-runtime", "--version"], check=True, capture_output=True, timeout=60)
    except (OSError, subprocess.SubprocessError):
        raise NotReady("nvidia-container-runtime is not there: k3s would give pods no GPU")


def signed_question(credentials, region, server, now):
    """Signature Version 4 of a call to AWS's Security Token Service, as Vault's login takes it."""
    host = f"sts.{region}.amazonaws.com"
    moment = now.strftime("%Y%m%dT%H%M%SZ")
    headers = {
        "Content-Type": CONTENT_TYPE,
        "Host": host,
        "X-Amz-Date": moment,
        "X-Amz-Security-Token": credentials["Token"],
        "X-Vault-AWS-IAM-Server-ID": server,
    }
    names = sorted(headers, key=str.lower)
    signed = ";".join(name.lower() for name in names)
    listed = "".join(f"{name.lower()}:{headers[name]}\n" for name in names)
    body = hashlib.sha256(QUESTION.encode()).hexdigest()
    scope = f"{moment[:8]}/{region}/sts/aws4_request"
    request = hashlib.sha256(f"POST\n/\n\n{listed}\n{signed}\n{body}".encode()).hexdigest()
    key = f"AWS4{credentials['SecretAccessKey']}".encode()
    for part in [*scope.split("/"), f"AWS4-HMAC-SHA256\n{moment}\n{scope}\n{request}"]:
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    headers["Authorization"] = (
        f"AWS4-HMAC-SHA256 Credential={credentials['AccessKeyId']}/{scope}, SignedHeaders={signed}, Signature={key.hex()}"
    )
    return {
        "iam_http_request_method": "POST",
        "iam_request_url": encoded(f"https://{host}/"),
        "iam_request_body": encoded(QUESTION),
        "iam_request_headers": encoded(json.dumps({name: [value] for name, value in headers.items()})),
    }


def encoded(text):
    return base64.b64encode(text.encode()).decode()


def ask_vault(address, path, body=None, token=None):
    headers = {} if token is None else {"X-Vault-Token": token}
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(f"{address}/v1/{path}", data=data, headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.load(answer)
    except urllib.error.HTTPError as refused:
        raise NotReady(f"Vault answers {refused.code} to {path}")


def fetch_token(facts, metadata, now):
    role = metadata.read("iam/security-credentials/")
    if role is None:
        raise NotReady("the instance has no profile")
    credentials = json.loads(metadata.read(f"iam/security-credentials/{role.strip()}"))
    question = signed_question(credentials, metadata.read("placement/region"), facts["server"], now)
    login = ask_vault(facts["vault"], f"auth/{facts['mount']}/login", {"role": facts["role"], **question})
    fields = ask_vault(facts["vault"], facts["secret"], token=login["auth"]["client_token"])["data"]["data"]
    if "token" not in fields:
        raise NotReady("the agents' token pins no authority yet: the cluster is not founded")
    return fields["token"]


def write(path, text):
    draft = f"{path}.draft"
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(text)
    os.rename(draft, path)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--root", default="")
    parser.add_argument("--metadata", default=ADDRESS)
    options = parser.parse_args()
    token_file = f"{options.root}/etc/splitfleet/k3s-token"
    if os.path.exists(token_file):
        return
    with open(f"{options.root}/etc/splitfleet/join.json", encoding="utf-8") as file:
        facts = json.load(file)
    try:
        if facts["gpus"] > 0:
            check_driver(facts["leastDriver"], facts["gpus"])
        now = datetime.datetime.now(datetime.timezone.utc)
        write(token_file, fetch_token(facts, Metadata(options.metadata), now))
    except (NotReady, OSError) as error:
        sys.exit(f"the node does not join: {error}")


if __name__ == "__main__":
    main()

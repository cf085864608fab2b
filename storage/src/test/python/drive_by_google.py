"""Google's own client plays against the fake Drive: what it expects of Drive, the fake must do.

    drive_by_google.py BASE CLIENT REFRESH_TOKEN ACCESS_TOKEN

It reads the description of the API that the client ships, so nothing but the fake is asked.
"""

import hashlib
import io
import json
import os
import sys
import tempfile
from importlib import resources

from google.oauth2.credentials import Credentials
from googleapiclient.discovery import build_from_document
from googleapiclient.errors import HttpError
from googleapiclient.http import MediaFileUpload, MediaIoBaseDownload, MediaIoBaseUpload

BYTES = "application/octet-stream"
FOLDER = "application/vnd.google-apps.folder"
BLOCK = 256 * 1024
TOLD = "id,name,size,sha256Checksum,md5Checksum,parents,appProperties,createdTime,modifiedTime"


def connect(base, credentials):
    text = resources.files("googleapiclient").joinpath(
        "discovery_cache/documents/drive.v3.json").read_text(encoding="utf-8")
    document = json.loads(text)
    document["rootUrl"] = base
    document["baseUrl"] = base + document["servicePath"]
    return build_from_document(document, credentials=credentials)


def refused(call, status, reason):
    try:
        call.execute()
    except HttpError as e:
        told = json.loads(e.content)["error"]["errors"][0]["reason"]
        assert (e.resp.status, told) == (status, reason), (e.resp.status, told)
        return
    raise AssertionError(f"not refused with {status} {reason}")


def check(stored, content):
    assert int(stored["size"]) == len(content), stored
    assert stored["sha256Checksum"] == hashlib.sha256(content).hexdigest()
    assert stored["md5Checksum"] == hashlib.md5(content).hexdigest()


def uploads(files, folder):
    """Simple, of two parts, resumable in chunks; of a file, of memory, of nothing."""
    content = os.urandom(2 * BLOCK + 4711) + b"\r\n\r"
    memory = lambda resumable, of=content: MediaIoBaseUpload(
        io.BytesIO(of), BYTES, chunksize=BLOCK, resumable=resumable)
    check(files.create(media_body=memory(False), fields=TOLD).execute(), content)
    named = files.create(
        body={"name": "multipart", "parents": [folder], "appProperties": {"k": "it's"}},
        media_body=memory(False), fields=TOLD).execute()
    check(named, content)
    assert named["parents"] == [folder] and named["appProperties"] == {"k": "it's"}

    identity = files.generateIds(count=1, space="drive").execute()["ids"][0]
    request = files.create(
        body={"id": identity, "name": "resumable", "parents": [folder]},
        media_body=memory(True), fields=TOLD)
    steps, stored = [], None
    while stored is None:
        status, stored = request.next_chunk()
        steps.append(status.resumable_progress if status else len(content))
    assert steps == [BLOCK, 2 * BLOCK, len(content)], steps
    check(stored, content)
    assert stored["id"] == identity
    refused(files.create(body={"id": identity, "name": "again", "mimeType": FOLDER}),
            409, "fileIdInUse")

    with tempfile.NamedTemporaryFile() as nothing:
        for resumable in (False, True):
            media = MediaFileUpload(nothing.name, BYTES, chunksize=BLOCK, resumable=resumable)
            empty = files.create(
                body={"name": "empty", "parents": [folder]}, media_body=media, fields=TOLD).execute()
            check(empty, b"")
    return content, identity, empty["id"]


def lists(files, folder):
    for i in range(7):
        files.create(body={"name": f"it's {i}", "parents": [folder], "mimeType": FOLDER,
                           "appProperties": {"number": str(i)}}).execute()
    query = f"'{folder}' in parents and mimeType = '{FOLDER}' and trashed = false"
    request = files.list(q=query, pageSize=3, orderBy="createdTime",
                         fields="nextPageToken,incompleteSearch,files(id,name)")
    pages = []
    while request is not None:
        page = request.execute()
        assert page["incompleteSearch"] is False
        pages.append([f["name"] for f in page["files"]])
        request = files.list_next(request, page)
    assert pages == [["it's 0", "it's 1", "it's 2"], ["it's 3", "it's 4", "it's 5"], ["it's 6"]]
    one = files.list(q="name = 'it\\'s 3' and appProperties has { key='number' and value='3' }")
    assert [f["name"] for f in one.execute()["files"]] == ["it's 3"]
    refused(files.list(pageSize=1001), 400, "invalid")
    refused(files.list(q="colour = 'red'"), 400, "invalid")


def changes(files, folder, identity):
    before = files.update(
        fileId=identity, body={"appProperties": {"a": "1", "b": "2"}}, fields=TOLD).execute()
    after = files.update(
        fileId=identity, body={"appProperties": {"b": None, "c": "3"}}, fields=TOLD).execute()
    assert after["appProperties"] == {"a": "1", "c": "3"}, after
    assert after["modifiedTime"] == before["modifiedTime"] >= before["createdTime"]
    renamed = files.update(fileId=identity, body={"name": "another"}, fields=TOLD).execute()
    assert renamed["name"] == "another" and renamed["modifiedTime"] > before["modifiedTime"]

    other = files.create(body={"name": "other", "mimeType": FOLDER}).execute()["id"]
    refused(files.update(fileId=identity, addParents=other), 403, "cannotAddParent")
    refused(files.update(fileId=identity, body={"parents": [other]}), 403, "fieldNotWritable")
    refused(files.update(fileId=identity, addParents="nowhere", removeParents=folder),
            404, "notFound")
    moved = files.update(fileId=identity, addParents=other, removeParents=folder, fields=TOLD)
    assert moved.execute()["parents"] == [other]


def downloads(files, content, identity, empty):
    for chunk in (BLOCK, 100 * BLOCK):
        into = io.BytesIO()
        download = MediaIoBaseDownload(into, files.get_media(fileId=identity), chunksize=chunk)
        done = False
        while not done:
            _, done = download.next_chunk()
        assert into.getvalue() == content
    part = files.get_media(fileId=identity)
    part.headers["Range"] = "bytes=100-199"
    assert part.execute() == content[100:200]
    assert files.get_media(fileId=empty).execute() == b""
    into = io.BytesIO()
    _, done = MediaIoBaseDownload(into, files.get_media(fileId=empty)).next_chunk()
    assert done and into.getvalue() == b""


def removals(files, folder, identity):
    files.update(fileId=identity, body={"trashed": True}).execute()
    assert files.get(fileId=identity, fields="trashed").execute()["trashed"] is True
    files.delete(fileId=identity).execute()
    refused(files.get(fileId=identity), 404, "notFound")
    files.delete(fileId=folder).execute()
    assert files.list(q=f"'{folder}' in parents").execute()["files"] == []


def main(base, client, refresh, access):
    files = connect(base, Credentials(access)).files()
    # A token that has ended is replaced by the client itself.
    renewing = Credentials("ended", refresh_token=refresh, client_id=client,
                           client_secret="secret", token_uri=base + "token")
    about = connect(base, renewing).about().get(fields="user,storageQuota").execute()
    assert "emailAddress" in about["user"] and "usage" in about["storageQuota"]

    folder = files.create(body={"name": "top", "mimeType": FOLDER}, fields="id").execute()["id"]
    content, identity, empty = uploads(files, folder)
    lists(files, folder)
    changes(files, folder, identity)
    downloads(files, content, identity, empty)
    removals(files, folder, identity)
    print("GOOGLE OK")


if __name__ == "__main__":
    main(*sys.argv[1:])

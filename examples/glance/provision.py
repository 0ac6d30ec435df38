"""Users, projects and the image service's entry in an empty Keystone; see the script next to this."""

import os
import pathlib
import sys

import requests

KEYSTONE = f"http://127.0.0.1:{os.environ['KEYSTONE_PORT']}/v3"
GLANCE = f"http://127.0.0.1:{os.environ['GLANCE_PORT']}"
session = requests.Session()
session.trust_env = False


def token(user, project):
    domain = {"id": "default"}
    who = {"name": user, "password": user + "-password", "domain": domain}
    answer = session.post(
        KEYSTONE + "/auth/tokens",
        json={
            "auth": {
                "identity": {"methods": ["password"], "password": {"user": who}},
                "scope": {"project": {"name": project, "domain": domain}},
            }
        },
    )
    answer.raise_for_status()
    return answer.headers["X-Subject-Token"], answer.json()["token"]["user"]["id"]


ADMIN = {"X-Auth-Token": token("admin", "admin")[0]}


def create(kind, headers=ADMIN, path=None, **fields):
    answer = session.post(f"{KEYSTONE}{path or f'/{kind}s'}", json={kind: fields}, headers=headers)
    answer.raise_for_status()
    return answer.json()[kind]


def project(name):
    return create("project", name=name, domain_id="default")["id"]


def user(name):
    return create("user", name=name, password=name + "-password", domain_id="default")["id"]


roles = session.get(KEYSTONE + "/roles", headers=ADMIN).json()["roles"]
ROLES = {role["name"]: role["id"] for role in roles}


def grant(user_id, project_id, role):
    path = f"/projects/{project_id}/users/{user_id}/roles/{ROLES[role]}"
    session.put(KEYSTONE + path, headers=ADMIN).raise_for_status()


def cloud(name, project_line, kind, lines):
    head = f"  {name}:\n    region_name: RegionOne\n    auth_type: {kind}\n    auth:\n"
    body = [f"auth_url: {KEYSTONE}"] + lines + project_line
    return head + "".join(f"      {line}\n" for line in body)


def main(directory, recipients):
    grant(user("glance"), project("service"), "admin")
    service = create("service", name="glance", type="image")["id"]
    create("endpoint", service_id=service, interface="public", url=GLANCE, region_id="RegionOne")
    for name in ("owner", "stranger"):
        grant(user(name), project(name), "member")
    recipient = user("recipient")
    ids = [project(f"recipient-{n}") for n in range(recipients)]
    for each in ids:
        grant(recipient, each, "member")
    owner_token, owner = token("owner", "owner")
    application = create(
        "application_credential",
        headers={"X-Auth-Token": owner_token},
        path=f"/users/{owner}/application_credentials",
        name="imageshare",
        secret="application-password",
    )
    text = "# Written by provision.py.\nclouds:\n"
    for name, first in (("owner", "owner"), ("recipient", "recipient-0"), ("stranger", "stranger")):
        text += cloud(
            name,
            [f"project_name: {first}", "project_domain_id: default"],
            "password",
            [f"username: {name}", f"password: {name}-password", "user_domain_id: default"],
        )
    text += cloud(
        "owner-app",
        [],
        "v3applicationcredential",
        [
            f"application_credential_id: {application['id']}",
            "application_credential_secret: application-password",
        ],
    )
    pathlib.Path(directory, "clouds.yaml").write_text(text)
    pathlib.Path(directory, "projects").write_text("".join(each + "\n" for each in ids))


main(sys.argv[1], int(sys.argv[2]))

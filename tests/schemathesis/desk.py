"""Things at the desk of the sample partner, and their ids in the document: without them, nearly every request to a
partner's desk would be answered 404, and nothing behind that would be tried.
"""

import atexit
import collections
import os
import time

import requests
import schemathesis

API = os.environ["ADDRESS"] + "/api/v1"
DESK = "/partners/numune"
PASSWORD = "demo-market-2026"
ROW = {
    "kind": "internet_package", "area": "connectivity", "title": {"az": "Paket"}, "audience": ["educator", "learner"],
    "unit": "package", "period": "once", "fulfilment": "generated_code",
}


class Caller:
    def __init__(self, email):
        answer = requests.post(f"{API}/auth/token", json={"email": email, "password": PASSWORD}, timeout=30)
        answer.raise_for_status()
        self.head = {"Authorization": f"Bearer {answer.json()['access_token']}"}

    def ask(self, method, path, **more):
        headers = self.head | more.pop("headers", {})
        answer = requests.request(method, API + path, headers=headers, timeout=30, **more)
        if not answer.ok:
            raise RuntimeError(f"{method} {path}: {answer.status_code} {answer.text}")
        return answer.json() if answer.content else None

    def post(self, path, body=None):
        return self.ask("POST", path, **({} if body is None else {"json": body}))


def offers(owner, admin, prefix, fulfilment="generated_code"):
    """Offers in several states; answers the ids of all, and of those that are published."""
    ids, published = [], []
    for n in range(10):
        draft = ROW | {"external_id": f"{prefix}-{n}", "fulfilment": fulfilment}
        draft["max_quantity"] = 5 if fulfilment == "generated_code" else 1
        offer = owner.post(f"{DESK}/offers", draft)["id"]
        ids.append(offer)
        if n > 2:
            owner.post(f"{DESK}/offers/{offer}/submit")
        if n > 4:
            admin.post(f"/admin/offers/{offer}/approve")
            published.append(offer)
    return ids, published


def uploads(owner):
    """An upload with errors, and one without."""
    ids = []
    for rows in (["{}", '{"external_id": "x", "kind": "course"}'], ["not json"], []):
        body = "\n".join(rows) or '{"external_id": "kitab", "quota": 5}'
        headers = {"Content-Type": "application/x-ndjson"}
        ids.append(owner.ask("POST", f"{DESK}/imports?mode=patch", data=body, headers=headers)["id"])
        while owner.ask("GET", f"{DESK}/imports/{ids[-1]}")["finished_at"] is None:
            time.sleep(0.1)
    return ids


OWNER = None


def furnish():
    """Makes the things; answers the values of path parameters by the head of the path, and those of fields."""
    global OWNER
    owner, admin, teacher = (Caller(f"{name}@demo.az") for name in ("owner", "admin", "teacher"))
    OWNER = owner
    ids, published = offers(owner, admin, "a")
    pools, filled = offers(owner, admin, "b", "code_pool")
    owner.post(f"{DESK}/offers/{filled[0]}/codes", {"codes": [f"KOD-{n}-{os.getpid()}" for n in range(20)]})
    codes = [teacher.post(f"/offers/{offer}/claims", {"quantity": 5})["code"] for offer in published]
    held = [owner.post("/redemptions/hold", {"code": code, "quantity": 1})["id"] for code in codes[:2]]
    held.append(owner.post("/redemptions/confirm", {"code": codes[2], "quantity": 1})["id"])
    hook = {"url": "https://example.com/hook", "kinds": ["import.finished"]}
    hooks = [owner.post(f"{DESK}/webhooks", hook)["webhook"]["id"] for _ in range(3)]
    for webhook in hooks:
        owner.post(f"{DESK}/webhooks/{webhook}/test")
    log = owner.ask("GET", f"{DESK}/webhooks/{hooks[0]}/deliveries")["items"]
    key = {"name": "Kassa", "mode": "test", "scopes": ["offers:read"]}
    members = owner.ask("GET", f"{DESK}/members")["items"]
    invited = [owner.post(f"{DESK}/members/invitations", {"email": f"w{n}@example.com", "role": "cashier"}) for n in range(4)]
    paths = {
        "/offers/": ids + pools,
        "/imports/": uploads(owner),
        "/webhooks/deliveries/": [delivery["id"] for delivery in log],
        "/webhooks/": hooks,
        "/api-keys/": [owner.post(f"{DESK}/api-keys", key)["key"]["id"]],
        "/members/invitations/": [invitation["id"] for invitation in invited],
        # Not the owner: the partner keeps one, who asks here.
        "/members/": [member["user_id"] for member in members if member["role"] != "owner"],
    }
    return paths, {"code": codes, "redemption_id": held}


def narrow(parameter, path, paths, ended):
    name = parameter["name"]
    if name == "slug":
        return ["numune"]
    if name == "version":
        return [1, 2]
    if name == "external_id":
        return ["a-1", "a-6", "kitab"]
    if name == "id" and path.endswith("/offers/{id}/end"):
        return ended
    if name == "id":
        return next((ids for head, ids in paths.items() if f"{DESK}{head}".replace("numune", "{slug}") in path), None)
    return None


@schemathesis.hook
def before_load_schema(context, document):
    paths, fields = furnish()
    # What has ended can do nothing else: some offers are kept from that.
    ended = paths["/offers/"][4:7]
    for path, item in document["paths"].items():
        if "{slug}" not in path:
            continue
        for operation in item.values():
            for parameter in operation.get("parameters", []):
                values = narrow(parameter, path, paths, ended)
                if values:
                    parameter["schema"] = {"enum": values}
                elif parameter["name"] == "If-Match":
                    parameter["schema"] = {"type": "string", "pattern": r'^"v[0-9]{1,4}(\.[0-9a-f]{24})?"$'}
    for name in ("CheckCode", "HoldCode", "ConfirmRedemption", "ReleaseRedemption", "UndoRedemption"):
        for field, schema in document["components"]["schemas"][name]["properties"].items():
            if field in fields:
                document["components"]["schemas"][name]["properties"][field] = {"type": "string", "enum": fields[field]}
            elif field == "partner":
                schema.clear()
                schema["enum"] = ["numune", None]


@schemathesis.hook
def filter_path_parameters(context, path_parameters):
    """Whatever follows these two is no part of the path: such a request asks another operation."""
    return not any(mark in str(value) for value in (path_parameters or {}).values() for mark in "#?")


turns = collections.Counter()


@schemathesis.hook
def before_call(context, case, **kwargs):
    """Every other change is made from the present version, which no schema knows."""
    if case.method not in ("PATCH", "DELETE") or not str((case.headers or {}).get("If-Match", "")).startswith('"v'):
        return
    turns[case.operation.path] += 1
    if turns[case.operation.path] % 2:
        now = requests.get(os.environ["ADDRESS"] + case.formatted_path, headers=OWNER.head, timeout=30)
        if now.ok and "ETag" in now.headers:
            case.headers["If-Match"] = now.headers["ETag"]


statuses = collections.defaultdict(collections.Counter)


@schemathesis.hook
def after_call(context, case, response):
    statuses[f"{case.operation.method.upper()} {case.operation.path}"][response.status_code] += 1


@atexit.register
def tell():
    never = sorted(name for name, seen in statuses.items() if not any(status < 300 for status in seen))
    print(f"{len(statuses) - len(never)} of {len(statuses)} operations answered with success at least once")
    for name in never:
        print(f"  never: {name} {dict(statuses[name])}")

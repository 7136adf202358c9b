"""Reads docker-compose.yml as a person who reviews it would: health checks, order of start, and no secret inside."""

import os
import re
import shutil
import subprocess
import sys

import yaml

SERVICES = {"postgres", "migrate", "api1", "api2", "proxy", "mailpit"}
ONE_SHOT = {"migrate"}
SECRET = re.compile(r"PASSWORD|SECRET|TOKEN|PRIVATE|DATABASE_URL")

with open("docker-compose.yml", encoding="utf-8") as file:
    compose = yaml.safe_load(file)
with open("Dockerfile", encoding="utf-8") as file:
    image_is_checked = "HEALTHCHECK" in file.read()

services = compose["services"]
wrong = []


def must(holds, complaint):
    if not holds:
        wrong.append(complaint)


must(set(services) == SERVICES, f"services are {sorted(services)}, not {sorted(SERVICES)}")
for name, service in services.items():
    must(
        name in ONE_SHOT or "healthcheck" in service or ("build" in service and image_is_checked),
        f"{name} has no health check",
    )
    for other, how in service.get("depends_on", {}).items():
        expected = "service_completed_successfully" if other in ONE_SHOT else "service_healthy"
        must(how.get("condition") == expected, f"{name} does not wait for {other} to be ready")
    for key, value in service.get("environment", {}).items():
        if SECRET.search(key) and value is not None:
            must(re.search(r"\$\{\w+:\?", str(value)), f"{name}: {key} has a value or a default of its own")
    for volume in service.get("volumes", []):
        source = volume.split(":")[0]
        must(source.startswith("./") or source in compose["volumes"], f"{name}: volume {source} is not declared")
    must(service.get("image", "") and not service["image"].endswith(":latest"), f"{name}: name the image's version")

# The real parser has the last word where it is installed; it needs no daemon.
if shutil.which("docker") and subprocess.run(["docker", "compose", "version"], capture_output=True).returncode == 0:
    told = subprocess.run(
        ["docker", "compose", "config", "--quiet"],
        capture_output=True,
        text=True,
        env={**os.environ, "POSTGRES_PASSWORD": "x"},
    )
    must(told.returncode == 0, told.stderr.strip())

for complaint in wrong:
    print(f"docker-compose.yml: {complaint}")
print(f"docker-compose.yml: {len(services)} services, {len(wrong)} complaints")
sys.exit(bool(wrong))

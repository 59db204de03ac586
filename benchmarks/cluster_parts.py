"""The machines of a small cluster, all on this one: real programs of Debian's packages.

Everything listens on loopback only, lives in one temporary folder, and goes with it. PostgreSQL and
PgBouncer refuse to run as root, so that root lends them the user `nobody`.
"""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from benchmarks.server import ROOT, free_port, wait_for
from tests.postgres import find_binaries

PACKAGES = {"nginx": "nginx", "pgbouncer": "pgbouncer", "redis-server": "redis-server"}
ENVIRONMENT = {"PATH": f"{os.environ['PATH']}:/usr/sbin"}

PGBOUNCER = """\
[databases]
canon = host=127.0.0.1 port={primary} dbname=postgres user=canon
replica = host=127.0.0.1 port={replica} dbname=postgres user=canon
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = 10
max_client_conn = 500
# A database that is back is noticed within a second; nobody waits longer than a browser would.
server_login_retry = 1
query_wait_timeout = 10
logfile = {folder}/pgbouncer.log
pidfile = {folder}/pgbouncer.pid
"""

NGINX = """\
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/nginx.log;
worker_processes 1;
events {{ worker_connections 512; }}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    proxy_cache_path {folder}/static keys_zone=static:1m inactive=365d;
    keepalive_requests 1000000;
    upstream web {{
        server 127.0.0.1:{first} max_fails=1 fail_timeout=1s;
        server 127.0.0.1:{second} max_fails=1 fail_timeout=1s;
        keepalive 16;
    }}
    server {{
        listen 127.0.0.1:{port};
        proxy_http_version 1.1;
        proxy_set_header Connection "";
        proxy_set_header Host $http_host;
        proxy_connect_timeout 1s;
        # What only reads is asked of the other server; what changes something is never sent twice.
        proxy_next_upstream error timeout;
        location / {{ proxy_pass http://web; }}
        # A mark says what an item is to be: sent again, it changes nothing more.
        location ~ /mark/$ {{
            proxy_pass http://web;
            proxy_next_upstream error non_idempotent;
        }}
        # Their names change with what is in them.
        location /static/ {{
            proxy_pass http://web;
            proxy_cache static;
            add_header X-Cache $upstream_cache_status always;
        }}
    }}
}}
"""


def missing_packages() -> list[str]:
    """Return Debian's names of the packages that have still to be installed."""
    path = ENVIRONMENT["PATH"]
    missing = [package for name, package in PACKAGES.items() if not shutil.which(name, path=path)]
    return missing if find_binaries() else [*missing, "postgresql"]


class Cluster:
    """Two web servers, a primary database and its replica, PgBouncer, Redis, and nginx in front."""

    def __init__(self, folder: Path) -> None:
        """Choose ports; nothing runs yet."""
        self.folder = folder
        self.binaries = find_binaries() or Path()
        names = ("primary", "replica", "pgbouncer", "redis", "nginx", "first", "second")
        self.ports = {name: free_port() for name in names}
        self.url = f"http://127.0.0.1:{self.ports['nginx']}"
        self.processes: dict[str, subprocess.Popen[str]] = {}
        self.as_user: dict[str, Any] = {}
        if os.geteuid() == 0:
            self.as_user = {"user": "nobody", "group": "nogroup", "extra_groups": []}
            shutil.chown(folder, "nobody", "nogroup")
        pooled = f"postgresql://canon@127.0.0.1:{self.ports['pgbouncer']}"
        self.environment = {
            **ENVIRONMENT,
            "SITE_URL": self.url,
            "SECRET_KEY": secrets.token_urlsafe(64),
            "DATABASE_URL": f"{pooled}/canon",
            "REPLICA_URL": f"{pooled}/replica",
            "PGBOUNCER": "on",
            "CACHE_URL": f"redis://127.0.0.1:{self.ports['redis']}/0",
            "WEB_CONCURRENCY": "2",
        }

    def address_of(self, name: str) -> str:
        """Return the address of a web server itself, with nothing in front."""
        return f"http://127.0.0.1:{self.ports[name]}"

    def database(self, name: str = "primary") -> str:
        """Return the address of a database itself, with nothing in front."""
        return f"postgresql://canon@127.0.0.1:{self.ports[name]}/postgres"

    def call(self, program: str, *arguments: str) -> None:
        """Run one of PostgreSQL's programs to its end."""
        subprocess.run(
            [self.binaries / program, *arguments],
            check=True,
            cwd=self.folder,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            **self.as_user,
        )

    def start_database(self, name: str) -> None:
        """Start the primary or the replica; durable, as in use."""
        options = f"-c listen_addresses=127.0.0.1 -p {self.ports[name]} -k {self.folder}"
        log = f"--log={self.folder}/{name}.log"
        data = f"--pgdata={self.folder}/{name}"
        self.call("pg_ctl", data, f"--options={options}", log, "--wait", "start")

    def stop_database(self, name: str) -> None:
        """Stop it as a crash would: what is not in its log by then is gone."""
        self.call("pg_ctl", f"--pgdata={self.folder}/{name}", "--mode=immediate", "stop")

    def start_databases(self) -> None:
        """Make the primary, and a replica that follows it."""
        options = ("--username=canon", "--auth=trust", "--locale=C.UTF-8")
        self.call("initdb", f"--pgdata={self.folder}/primary", *options)
        self.start_database("primary")
        copy = ("--write-recovery-conf", "--checkpoint=fast")
        self.call(
            "pg_basebackup", f"--dbname={self.database()}", f"--pgdata={self.folder}/replica", *copy
        )
        self.start_database("replica")

    def start(self, name: str, *command: str, **variables: str) -> None:
        """Start a program that listens on the port of its name, and wait until it does."""
        log = self.folder / f"{name}.out"
        own = {} if name in ("first", "second") else self.as_user
        with log.open("a") as output:
            process = subprocess.Popen(
                command,
                cwd=ROOT,
                env={**self.environment, **variables},
                stdout=output,
                stderr=subprocess.STDOUT,
                text=True,
                start_new_session=True,
                **own,
            )
        self.processes[name] = process
        wait_for(process, self.ports[name], log)

    def start_web(self, name: str) -> None:
        """Start a web server, which has a folder of its own and nothing in it that matters."""
        serve = (sys.executable, "manage.py", "serve", "--host=127.0.0.1")
        port = f"--port={self.ports[name]}"
        self.start(name, *serve, port, CANON_DATA=str(self.folder / f"data-{name}"))

    def start_others(self) -> None:
        """Start what stands between readers and the databases."""
        folder, ports = self.folder, self.ports
        (folder / "pgbouncer.ini").write_text(
            PGBOUNCER.format(
                primary=ports["primary"],
                replica=ports["replica"],
                port=ports["pgbouncer"],
                folder=folder,
            )
        )
        (folder / "nginx.conf").write_text(
            NGINX.format(
                first=ports["first"], second=ports["second"], port=ports["nginx"], folder=folder
            )
        )
        self.start("pgbouncer", "pgbouncer", "--quiet", f"{folder}/pgbouncer.ini")
        redis = ("redis-server", "--bind", "127.0.0.1", "--port", str(ports["redis"]))
        self.start("redis", *redis, "--save", "", "--dir", str(folder))
        self.start_web("first")
        self.start_web("second")
        log = f"{folder}/nginx.log"
        self.start("nginx", "nginx", "-e", log, "-p", str(folder), "-c", f"{folder}/nginx.conf")

    def run(self, script: str) -> str:
        """Run Python code with Django set up as on a web server; return what it prints."""
        ended = subprocess.run(
            [sys.executable, "manage.py", "shell", "--verbosity=0", f"--command={script}"],
            cwd=ROOT,
            env={**self.environment, "CANON_DATA": str(self.folder / "data-first")},
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
        return ended.stdout

    def kill(self, name: str, with_signal: signal.Signals = signal.SIGKILL) -> None:
        """End a program and all it has started, as a machine ends without power."""
        process = self.processes.pop(name)
        with suppress(ProcessLookupError):
            os.killpg(process.pid, with_signal)
        process.wait()


@contextmanager
def running_cluster() -> Iterator[Cluster]:
    """Start the whole cluster; stop and remove it in the end."""
    with tempfile.TemporaryDirectory(prefix="canon-cluster-", ignore_cleanup_errors=True) as name:
        cluster = Cluster(Path(name))
        try:
            cluster.start_databases()
            cluster.start_others()
            yield cluster
        finally:
            for program in list(cluster.processes):
                cluster.kill(program)
            for database in ("replica", "primary"):
                with suppress(subprocess.CalledProcessError):
                    cluster.stop_database(database)

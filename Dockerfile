# The site for compose.yaml, or for any host of containers: `docker build -t canon .`
FROM python:3.11-slim

ENV PYTHONUNBUFFERED=1 CANON_DATA=/data HOST=0.0.0.0
WORKDIR /canon

COPY requirements-operate.txt .
RUN pip install --no-cache-dir --disable-pip-version-check --require-hashes -r requirements-operate.txt

COPY . .
RUN python -m compileall -q accounts canon \
    && useradd --system --uid 10001 --no-create-home canon \
    && install -d -o canon -g canon -m 700 /data /backups

USER canon
VOLUME /data
EXPOSE 8000
HEALTHCHECK --start-period=2m \
    CMD ["python", "-c", "import urllib.request as web; web.urlopen('http://127.0.0.1:8000/healthz', timeout=3)"]
CMD ["python", "manage.py", "serve"]

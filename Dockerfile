# The portal's image: front-end files from the npm lock file, Python packages from the pip lock file, no build tools
# and no root in what runs. web, worker and beat are the same image with different commands (docker-compose.yml).
FROM node:22-bookworm-slim AS front
WORKDIR /srv
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts --no-audit --no-fund

FROM python:3.11-slim-bookworm AS build
ENV PYTHONDONTWRITEBYTECODE=1
RUN python -m venv /venv
COPY requirements.txt /tmp/
RUN /venv/bin/pip install --no-cache-dir --disable-pip-version-check -r /tmp/requirements.txt
WORKDIR /srv/chengdong
COPY . .
COPY --from=front /srv/node_modules node_modules
# Only the static files leave this stage: the secrets that a development environment makes up stay behind.
RUN CHENGDONG_VAR=/build /venv/bin/python -c \
      "from pathlib import Path; from tools.bootstrap import gather; gather(Path('/build/vendor'), 'image')" \
 && CHENGDONG_VAR=/build /venv/bin/python manage.py collectstatic --noinput -v 0 \
 && rm -rf node_modules tests bench

FROM python:3.11-slim-bookworm
RUN useradd --system --uid 10001 --no-create-home --shell /usr/sbin/nologin portal \
 && mkdir -p /srv/var /srv/media \
 && chown portal /srv/var /srv/media
ENV PATH=/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    CHENGDONG_ENV=production \
    CHENGDONG_VAR=/srv/var \
    MEDIA_ROOT=/srv/media
COPY --from=build /venv /venv
COPY --from=build /srv/chengdong /srv/chengdong
COPY --from=build --chown=portal /build/static /srv/var/static
WORKDIR /srv/chengdong
USER portal
EXPOSE 8000
CMD ["granian", "--interface", "wsgi", "--host", "0.0.0.0", "--port", "8000", "--workers", "1", "--blocking-threads", "4", "--no-ws", "chengdong.wsgi:application"]

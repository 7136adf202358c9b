# syntax=docker/dockerfile:1
# The server and the page in one image. The same scripts build them as on a developer's machine.

FROM rust:1.95-bookworm AS build
WORKDIR /src
# The page's tools compile for minutes, and change seldom: they have a layer of their own.
COPY scripts scripts
COPY web/package.json web/package-lock.json web/.npmrc web/
COPY Cargo.toml Cargo.lock ./
RUN scripts/setup rust page
COPY . .
RUN --mount=type=cache,target=/src/target \
    --mount=type=cache,target=/usr/local/cargo/registry \
    CI=true scripts/web \
    && cargo build --release --locked --bin virtual-market \
    && cp target/release/virtual-market /usr/local/bin/

FROM debian:bookworm-slim
RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates curl \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --no-create-home --shell /usr/sbin/nologin market \
    && install -d -o market -g market -m 0700 /data /keys
COPY --from=build /usr/local/bin/virtual-market /usr/local/bin/
COPY --from=build /src/web/dist /srv/web
ENV LISTEN=0.0.0.0:8080 WEB_DIR=/srv/web DATA_DIR=/data KEYS_DIR=/keys
USER market
VOLUME ["/data", "/keys"]
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s --retries=3 \
    CMD ["curl", "--fail", "--silent", "--show-error", "--output", "/dev/null", "http://127.0.0.1:8080/health/ready"]
ENTRYPOINT ["virtual-market"]
CMD ["serve"]

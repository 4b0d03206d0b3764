# Production dependencies only, and the image's own Node instead of the pinned one. The bundle that `npm start` would build is part
# of the image (docs/decisions/0026-a-start-from-a-bundle.md); the GraphiQL page is committed
# (docs/decisions/0013-graphiql-is-committed-built.md).
FROM node:26-slim AS dependencies
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --omit=optional --ignore-scripts
# The software bill of materials: what is installed, with versions, licenses and checksums. `npm sbom --omit=dev` would leave out
# packages that a development dependency needs as well.
RUN npm pkg delete devDependencies optionalDependencies && npm sbom --sbom-format=cyclonedx --sbom-type=application > sbom.cdx.json

FROM node:26-slim AS bundle
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --ignore-scripts
COPY src ./src
RUN node src/cli/bundle.ts

# The root of the image: Node, bash for the health check, and the libraries that they load. Scanners find the packages of these
# files in dpkg/status.d, as in distroless images (docs/decisions/0043-an-image-from-scratch.md).
FROM node:26-slim AS root
WORKDIR /app
RUN mkdir -p root/bin root/etc root/usr/local/bin root/var/lib/dpkg/status.d && mkdir -m 1777 root/tmp
RUN cp --dereference "$(command -v node)" root/usr/local/bin/ && cp --dereference "$(command -v bash)" root/bin/
RUN ldd root/usr/local/bin/node root/bin/bash | grep -o '/lib[^ ]*' | sort -u > libraries && \
  xargs cp --dereference --parents --target-directory root < libraries
RUN for package in bash $(sed 's#.*/#*/#' libraries | xargs dpkg-query --search | cut -d: -f1 | sort -u); do \
  dpkg-query --status "$package" > "root/var/lib/dpkg/status.d/$package" && \
  cp --dereference --parents --target-directory root "/usr/share/doc/$package/copyright" || exit 1; done
# Names are looked up in /etc/hosts, then by DNS.
RUN cp --dereference /etc/os-release /etc/nsswitch.conf root/etc/ && \
  printf 'root:x:0:0::/:\nnode:x:1000:1000::/:\n' > root/etc/passwd && printf 'root:x:0:\nnode:x:1000:\n' > root/etc/group

FROM scratch
ARG VERSION=unknown
ARG REVISION=unknown
ARG SOURCE=
LABEL org.opencontainers.image.title="Switchboard" \
  org.opencontainers.image.description="One GraphQL endpoint over Avaamo, Kore.ai, LivePerson and Vonage Contact Center" \
  org.opencontainers.image.licenses="MIT" \
  org.opencontainers.image.version="${VERSION}" \
  org.opencontainers.image.revision="${REVISION}" \
  org.opencontainers.image.source="${SOURCE}"
COPY --from=root /app/root /
ENV PATH=/usr/local/bin:/bin
WORKDIR /app
ENV NODE_ENV=production
# Reached from outside the container; the gateway then insists on a configuration with `auth`.
ENV HOST=0.0.0.0
COPY package.json ./
COPY --from=dependencies /app/node_modules ./node_modules
COPY public ./public
COPY schema ./schema
COPY src ./src
COPY --from=bundle /app/dist ./dist
COPY --from=dependencies /app/sbom.cdx.json ./
# The user `node`, as a number: Kubernetes can see that it is not root.
USER 1000:1000
EXPOSE 4000
# bash opens the connection itself: a second Node would take 65 MB and 0.1 s of a core for each check.
HEALTHCHECK --interval=5s --timeout=3s --start-period=60s CMD ["bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/${PORT:-4000} && printf 'GET /healthz HTTP/1.0\\r\\nHost: localhost\\r\\n\\r\\n' >&3 && read -r _ status _ <&3 && [[ $status == 200 ]]"]
# Not through npm, which would keep SIGTERM to itself.
CMD ["node", "--max-old-space-size=768", "src/start.mjs"]

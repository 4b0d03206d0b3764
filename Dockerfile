# Production dependencies only, and the image's own Node instead of the pinned one. The bundle that `npm start` would build is part
# of the image (docs/decisions/0026-a-start-from-a-bundle.md); the GraphiQL page is committed
# (docs/decisions/0013-graphiql-is-committed-built.md).
FROM node:26-slim AS dependencies
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --omit=optional --ignore-scripts

FROM node:26-slim AS bundle
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --ignore-scripts
COPY src ./src
RUN node src/cli/bundle.ts

FROM node:26-slim
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
USER node
EXPOSE 4000
HEALTHCHECK --interval=10s --timeout=3s --start-period=10s CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT ?? 4000}/healthz`).then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
# Not through npm, which would keep SIGTERM to itself.
CMD ["node", "--max-old-space-size=768", "src/start.mjs"]

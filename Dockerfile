# The GraphiQL page needs the whole tool chain, so it is built apart.
FROM node:26-slim AS page
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci
COPY scripts ./scripts
COPY src/graphiql ./src/graphiql
COPY examples/queries ./examples/queries
COPY schema ./schema
RUN node scripts/build-graphiql.mjs

# What runs: production dependencies only; the image's own Node instead of the pinned one.
FROM node:26-slim AS dependencies
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --omit=optional

FROM node:26-slim
WORKDIR /app
ENV NODE_ENV=production
# Reached from outside the container; the gateway then insists on a configuration with `auth`.
ENV HOST=0.0.0.0
COPY package.json ./
COPY --from=dependencies /app/node_modules ./node_modules
COPY --from=page /app/dist ./dist
COPY schema ./schema
COPY src ./src
USER node
EXPOSE 4000
HEALTHCHECK --interval=10s --timeout=3s --start-period=10s CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT ?? 4000}/healthz`).then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
# Not through npm, which would keep SIGTERM to itself.
CMD ["node", "--max-old-space-size=768", "src/main.ts"]

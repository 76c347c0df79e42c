# The console is built with all packages; the service runs with those of production alone.
FROM node:24-bookworm-slim AS console
WORKDIR /adit
COPY package.json package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY . .
RUN npm run build

FROM node:24-bookworm-slim
WORKDIR /adit
ENV NODE_ENV=production
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --no-audit --no-fund && npm cache clean --force
COPY model model
COPY ingest ingest
COPY detectors detectors
COPY fixtures fixtures
COPY src src
COPY deploy/check-health.mjs deploy/check-health.mjs
COPY --from=console /adit/console/dist console/dist
RUN mkdir /data && chown node:node /data
USER node
VOLUME /data
EXPOSE 8080 1883
HEALTHCHECK --interval=10s --timeout=5s --start-period=20s --retries=6 CMD ["node", "deploy/check-health.mjs"]
ENTRYPOINT ["node", "src/cli/adit.ts"]
CMD ["serve", "--data", "/data", "--http", "0.0.0.0:8080", "--mqtt", "0.0.0.0:1883"]

# The server and its page. How to run it: compose.yaml, and "Containers" in docs/operation.md.

FROM node:24-slim AS build
ENV CI=true
WORKDIR /app
COPY . .
RUN npx -y pnpm@10.34.9 install --frozen-lockfile
RUN npx -y pnpm@10.34.9 build
RUN mkdir -m 700 data

# What the server needs at run time, without the tools.
FROM node:24-slim AS packages
ENV CI=true
WORKDIR /app
COPY package.json pnpm-lock.yaml pnpm-workspace.yaml ./
COPY shared/package.json shared/
COPY server/package.json server/
RUN npx -y pnpm@10.34.9 --filter "@entra-bff/server..." install --prod --frozen-lockfile

FROM node:24-slim
LABEL org.opencontainers.image.title="entra-bff" \
      org.opencontainers.image.description="Microsoft sign-in for single-page apps" \
      org.opencontainers.image.licenses="MIT"
ENV NODE_ENV=production HOST=0.0.0.0 PORT=3000
WORKDIR /app
COPY --from=packages /app ./
COPY --from=build /app/shared/dist shared/dist
COPY --from=build /app/server/bin server/bin
COPY --from=build /app/server/dist server/dist
COPY --from=build /app/server/bundle server/bundle
COPY --from=build /app/web/dist web/dist
# A volume belongs here, unless sessions are kept in Redis. The server writes nothing else.
COPY --from=build --chown=1000:1000 /app/data .data
# A number, so that Kubernetes sees that it is not root.
USER 1000:1000
EXPOSE 3000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/livez`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "server/bundle/main.js"]

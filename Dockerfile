# syntax=docker/dockerfile:1
# Nothing is compiled, so the small image builds it too.
ARG NODE=24

FROM node:${NODE}-bookworm-slim AS build
WORKDIR /build
COPY . .
RUN npm ci --no-audit --no-fund

FROM node:${NODE}-bookworm-slim
LABEL org.opencontainers.image.title="Recollect" \
      org.opencontainers.image.description="An MCP server whose agents remember" \
      org.opencontainers.image.licenses="MIT"
ENV NODE_ENV=production RECOLLECT_HOME=/data
RUN install -d -o node -g node -m 700 /data
COPY --from=build /build/dist /recollect/dist
USER node
WORKDIR /data
VOLUME /data
EXPOSE 8283
HEALTHCHECK --interval=30s --timeout=5s --start-period=15s --retries=3 \
  CMD ["node", "-e", "fetch('http://127.0.0.1:8283/health').then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
# In this form node is process 1 and hears the signal that stops the container.
ENTRYPOINT ["node", "/recollect/dist/recollect.cjs"]
# Refuses to start without RECOLLECT_TOKEN.
CMD ["serve", "--host", "0.0.0.0"]

/** The health check of the container: exit code 0 while the service answers that it lives. */
const response = await fetch('http://127.0.0.1:8080/api/v1/health', { signal: AbortSignal.timeout(4_000) }).catch(() => undefined)
process.exit(response?.ok ? 0 : 1)

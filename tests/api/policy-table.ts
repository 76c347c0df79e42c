/**
 * Who may call what, as the service is meant to be: written down once more, by hand. The code has its own; tests/api/
 * policy-matrix.test.ts holds each against the other.
 */
export interface Line {
  readonly route: string
  readonly roles: 'anybody' | 'every role' | readonly string[]
  /** rows: of the caller's counties; whole: who is bound to counties is refused; none: nothing that lies in a county. */
  readonly counties: 'rows' | 'whole' | 'none'
  /** What is asked, and what where there is a county to it lies in the other one. */
  readonly own: string
  readonly foreign?: string
  readonly body?: object
  readonly status?: number
}

const RANGE = 'from=2026-03-10T00:00:00Z&to=2026-03-11T00:00:00Z'
const LINE = ['operator', 'integrator', 'auditor', 'admin']
const KEEPERS = ['integrator', 'admin']
const rows = { roles: 'every role', counties: 'rows' } as const

export const POLICY_TABLE: readonly Line[] = [
  { route: 'GET /api/v1/health', roles: 'anybody', counties: 'none', own: '/api/v1/health' },
  { route: 'GET /api/v1/session', roles: 'anybody', counties: 'none', own: '/api/v1/session' },
  { route: 'POST /api/v1/session', roles: 'anybody', counties: 'none', own: '/api/v1/session', body: {}, status: 400 },
  // there is an issuer, and it is away; who asks has no password to change, or did not type it
  { route: 'GET /api/v1/session/oidc', roles: 'anybody', counties: 'none', own: '/api/v1/session/oidc', status: 303 },
  {
    route: 'GET /api/v1/session/oidc/callback',
    ...{ roles: 'anybody', counties: 'none', own: '/api/v1/session/oidc/callback?code=x&state=y', status: 303 },
  },
  {
    route: 'POST /api/v1/session/oidc/code',
    ...{ roles: 'anybody', counties: 'none', own: '/api/v1/session/oidc/code', body: {}, status: 400 },
  },
  {
    route: 'POST /api/v1/session/password',
    ...{ roles: 'every role', counties: 'none', own: '/api/v1/session/password', body: {}, status: 400 },
  },
  { route: 'GET /api/openapi.json', roles: 'every role', counties: 'none', own: '/api/openapi.json' },
  { route: 'GET /metrics', roles: 'every role', counties: 'whole', own: '/metrics' },
  { route: 'GET /api/v1/summary', ...rows, own: '/api/v1/summary' },
  { route: 'GET /api/v1/alerts', ...rows, own: '/api/v1/alerts?state=all' },
  { route: 'GET /api/v1/alerts/:id', ...rows, own: '/api/v1/alerts/own-1', foreign: '/api/v1/alerts/ELSEWHERE-1' },
  { route: 'GET /api/v1/alerts/stream', ...rows, own: '/api/v1/alerts/stream' },
  { route: 'GET /api/v1/work-list', ...rows, own: '/api/v1/work-list' },
  {
    route: 'GET /api/v1/usage-points/:id',
    ...rows,
    own: '/api/v1/usage-points/OWN-U0',
    foreign: '/api/v1/usage-points/ELSEWHERE-U6',
  },
  {
    route: 'GET /api/v1/usage-points/:id/load-profile',
    ...rows,
    own: `/api/v1/usage-points/OWN-U0/load-profile?${RANGE}`,
    foreign: `/api/v1/usage-points/ELSEWHERE-U6/load-profile?${RANGE}`,
  },
  { route: 'GET /api/v1/areas/:id', ...rows, own: '/api/v1/areas/OWN-Z1', foreign: '/api/v1/areas/ELSEWHERE-Z2' },
  {
    route: 'GET /api/v1/areas/:id/residual',
    ...rows,
    own: `/api/v1/areas/OWN-Z1/residual?${RANGE}`,
    foreign: `/api/v1/areas/ELSEWHERE-Z2/residual?${RANGE}`,
  },
  { route: 'GET /api/v1/mines', ...rows, own: '/api/v1/mines' },
  { route: 'GET /api/v1/mines/:id', ...rows, own: '/api/v1/mines/OWN-M', foreign: '/api/v1/mines/ELSEWHERE-M' },
  {
    route: 'GET /api/v1/mines/:id/observability',
    ...rows,
    own: '/api/v1/mines/OWN-M/observability',
    foreign: '/api/v1/mines/ELSEWHERE-M/observability',
  },
  { route: 'GET /api/v1/mines/observability.csv', ...rows, own: '/api/v1/mines/observability.csv' },
  { route: 'GET /api/v1/topology-doubts', ...rows, own: '/api/v1/topology-doubts' },
  { route: 'GET /api/v1/topology-doubts.csv', ...rows, own: '/api/v1/topology-doubts.csv' },
  { route: 'GET /api/v1/gateways', roles: LINE, counties: 'whole', own: '/api/v1/gateways' },
  {
    route: 'POST /api/v1/gateways',
    roles: KEEPERS,
    counties: 'whole',
    own: '/api/v1/gateways',
    body: { name: 'gw-9' },
    status: 201,
  },
  { route: 'GET /api/v1/quarantine', roles: LINE, counties: 'whole', own: '/api/v1/quarantine' },
  { route: 'GET /api/v1/quarantine/:id', roles: LINE, counties: 'whole', own: '/api/v1/quarantine/7' },
  { route: 'POST /api/v1/quarantine/replay', roles: KEEPERS, counties: 'whole', own: '/api/v1/quarantine/replay', body: {} },
  { route: 'GET /api/v1/audit', roles: ['auditor', 'admin'], counties: 'whole', own: '/api/v1/audit' },
  // the last, for who signed in is out afterwards
  { route: 'DELETE /api/v1/session', roles: 'anybody', counties: 'none', own: '/api/v1/session', status: 204 },
]

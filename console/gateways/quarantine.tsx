import { Button, NativeSelect } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { type Refused, Replayed } from '../api/gateway.ts'
import { postJson } from '../api/get-json.ts'
import { useQuarantine } from '../api/queries.ts'
import { readToken } from '../api/token.ts'
import { fullMoment } from '../i18n/format.ts'
import { useLanguage } from '../i18n/language.ts'
import { useCaller } from '../session/who-asks.ts'
import { ErrorNotice } from '../shell/error-notice.tsx'
import { TokenField } from '../shell/token-field.tsx'
import { useZone } from '../shell/use-clock.ts'
import { RawPayload } from './raw-payload.tsx'

/** What was refused, why, what to do, the payload as it came, and the way back in. */
export function Quarantine({ gateways }: { readonly gateways: readonly string[] }) {
  const { t } = useLanguage()
  const [gateway, setGateway] = useState('')
  const [token, setToken] = useState(readToken)
  const { data, error, refetch } = useQuarantine(gateway)
  const queries = useQueryClient()
  const replay = useMutation({
    mutationFn: (ids: readonly number[]) => postJson('/api/v1/quarantine/replay', { ids }, Replayed),
    onSettled: () =>
      queries.invalidateQueries({ predicate: ({ queryKey: [name] }) => name === 'quarantine' || name === 'gateways' }),
  })
  const items = data?.items ?? []
  const { kind, role } = useCaller()
  const isKeeper = kind === 'user' && (role === 'integrator' || role === 'admin')
  const mayReplay = isKeeper || token !== ''

  return (
    <section className="quarantine" aria-labelledby="quarantine-title">
      <h1 id="quarantine-title">{t('gateways.quarantineTitle')}</h1>
      <p className="muted">{t('gateways.quarantineIntro')}</p>
      {error && <ErrorNotice what={t('what.quarantine')} error={error} onRetry={refetch} />}
      <div className="button-row">
        <NativeSelect
          size="xs"
          aria-label={t('gateways.filter')}
          value={gateway}
          onChange={({ currentTarget }) => setGateway(currentTarget.value)}
          data={[{ value: '', label: t('gateways.anyGateway') }, ...gateways]}
        />
        {items.length > 0 && (
          <Button
            size="xs"
            disabled={!mayReplay}
            loading={replay.isPending}
            onClick={() => replay.mutate(items.map(({ id }) => id))}
          >
            {t('gateways.replayAll', { count: items.length })}
          </Button>
        )}
      </div>
      {items.length > 0 && !isKeeper && <TokenField token={token} purpose={t('gateways.tokenNeeded')} onToken={setToken} />}
      {replay.error && <ErrorNotice what={t('gateways.replay')} error={replay.error} onRetry={() => replay.reset()} />}
      {replay.data && <p role="status">{t('gateways.replayed', { count: replay.data.replayed })}</p>}
      {data && items.length === 0 && <p>{t('gateways.quarantineNone')}</p>}
      <ul className="bare" data-testid="quarantine">
        {items.map((refused) => (
          <Item
            key={refused.id}
            refused={refused}
            canReplay={mayReplay && !replay.isPending}
            onReplay={() => replay.mutate([refused.id])}
          />
        ))}
      </ul>
    </section>
  )
}

function Item({
  refused,
  canReplay,
  onReplay,
}: {
  readonly refused: Refused
  readonly canReplay: boolean
  readonly onReplay: () => void
}) {
  const { t } = useLanguage()
  const zone = useZone()
  return (
    <li className="panel refused">
      <p className="muted small">
        {fullMoment(refused.receivedAt, zone)} · {refused.gateway} · <code>{refused.topic}</code> ·{' '}
        {t('gateways.readings', { count: refused.readings })}
      </p>
      <p>
        <code className="code">{refused.code}</code> {refused.reason}
        {refused.field !== '' && (
          <span className="muted"> ({t('gateways.field', { field: refused.field, value: refused.value })})</span>
        )}
      </p>
      <p>
        <b>{t('gateways.remedy')}:</b> {refused.remedy}
      </p>
      <div className="refused-tools">
        <RawPayload id={refused.id} />
        <Button size="xs" variant="default" disabled={!canReplay} onClick={onReplay}>
          {t('gateways.replay')}
        </Button>
      </div>
    </li>
  )
}

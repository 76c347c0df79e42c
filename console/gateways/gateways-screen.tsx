import { useGateways } from '../api/queries.ts'
import { useLanguage } from '../i18n/language.ts'
import { useReadsLine } from '../session/who-asks.ts'
import { ErrorNotice } from '../shell/error-notice.tsx'
import { NotFound } from '../shell/not-found.tsx'
import { Skeletons } from '../shell/skeletons.tsx'
import { GatewayBooks } from './gateway-books.tsx'
import { Quarantine } from './quarantine.tsx'

export function GatewaysScreen() {
  const { t } = useLanguage()
  const { data: gateways, error, refetch, isPending } = useGateways()
  if (!useReadsLine()) return <NotFound />
  return (
    <main id="main" className="page" tabIndex={-1}>
      <h1>{t('gateways.title')}</h1>
      <p className="muted">{t('gateways.intro')}</p>
      {error && <ErrorNotice what={t('what.gateways')} error={error} onRetry={refetch} />}
      {isPending && !error && <Skeletons rows={4} height={40} />}
      {gateways?.length === 0 && (
        <div className="notice">
          <p>{t('gateways.none')}</p>
          <pre>npm run --silent adit -- gateway add gw-1</pre>
        </div>
      )}
      {gateways && gateways.length > 0 && <GatewayBooks gateways={gateways} />}
      <Quarantine gateways={(gateways ?? []).map(({ gateway }) => gateway)} />
    </main>
  )
}

import { createTheme, localStorageColorSchemeManager, MantineProvider } from '@mantine/core'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { lazy, Suspense } from 'react'
import { Redirect, Route, Switch } from 'wouter'
import { AlertsScreen } from './alerts/alerts-screen.tsx'
import { ApiError } from './api/get-json.ts'
import { FeedProvider } from './live/feed-provider.tsx'
import { PasswordPage } from './session/password-page.tsx'
import { PASSWORD } from './session/password-path.ts'
import { SessionGate } from './session/session-gate.tsx'
import { Header } from './shell/header.tsx'
import { NotFound } from './shell/not-found.tsx'
import { PartBoundary } from './shell/part-boundary.tsx'
import { ShortcutProvider } from './shell/shortcut-provider.tsx'
import { Skeletons } from './shell/skeletons.tsx'

const MapScreen = lazy(() => import('./map/map-screen.tsx').then(({ MapScreen }) => ({ default: MapScreen })))
const GatewaysScreen = lazy(() =>
  import('./gateways/gateways-screen.tsx').then(({ GatewaysScreen }) => ({ default: GatewaysScreen })),
)

const theme = createTheme({ cursorType: 'pointer', respectReducedMotion: true })
const colorSchemes = localStorageColorSchemeManager({ key: 'adit-color-scheme' })
const queries = new QueryClient({
  defaultOptions: {
    queries: {
      refetchOnWindowFocus: false,
      retry: (count, error) => count < 2 && !(error instanceof ApiError && error.status >= 400 && error.status < 500),
    },
  },
})

export function App() {
  return (
    <MantineProvider
      theme={theme}
      colorSchemeManager={colorSchemes}
      defaultColorScheme="auto"
      withCssVariables={false}
      withGlobalClasses={false}
    >
      <QueryClientProvider client={queries}>
        <SessionGate>
          <FeedProvider>
            <ShortcutProvider>
              <Header />
              <PartBoundary>
                <Suspense fallback={<Skeletons rows={6} />}>
                  <Switch>
                    <Route path="/">
                      <Redirect to="/alerts" replace />
                    </Route>
                    <Route path="/alerts/:id?">{({ id }) => <AlertsScreen id={id} />}</Route>
                    <Route path="/map">
                      <MapScreen />
                    </Route>
                    <Route path="/gateways">
                      <GatewaysScreen />
                    </Route>
                    <Route path={PASSWORD}>
                      <PasswordPage />
                    </Route>
                    <Route>
                      <NotFound />
                    </Route>
                  </Switch>
                </Suspense>
              </PartBoundary>
            </ShortcutProvider>
          </FeedProvider>
        </SessionGate>
      </QueryClientProvider>
    </MantineProvider>
  )
}

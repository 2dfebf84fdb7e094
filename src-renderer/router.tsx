/** Every address of the UI. The hash carries it, so that it works on any host; pages load when they are first shown. */
import {
  createHashHistory,
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  redirect,
  useRouterState,
} from '@tanstack/react-router'
import { isUnauthorized } from './data/failure.ts'
import { loginQuery } from './data/node.ts'
import { queryClient } from './data/query-client.ts'
import { Frame } from './layout/frame.tsx'
import { PageFailed, PageMissing } from './layout/page-failed.tsx'
import { sections } from './pages/settings/sections.ts'
import {
  claimSearch,
  deploymentsSearch,
  jobsSearch,
  licensesSearch,
  modelSearch,
  modelsSearch,
  packageSearch,
  playgroundSearch,
  requestsSearch,
} from './search.ts'

interface Crumb {
  title: string
  to: string
}

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router
  }
  interface StaticDataRouteOption {
    /** In the breadcrumb and the window's title. */
    title?: string
    /** The path parameter whose value is the title. */
    titleFrom?: string
    /** What that value is called, where it has a name of its own. */
    titleOf?: Readonly<Record<string, string>>
    parent?: Crumb
  }
}

/** Addresses for someone who is not known yet; they stand alone, without the frame. */
const outside = ['/login', '/claim']

/** Everything but the login needs someone who may read; a node that is away shows its own banner. */
async function needLogin({ location }: { location: { pathname: string } }) {
  if (outside.includes(location.pathname)) return
  try {
    const { actor } = await queryClient.ensureQueryData(loginQuery())
    if (actor.kind !== 'nobody') return
  } catch (error) {
    if (!isUnauthorized(error)) return
  }
  throw redirect({ to: '/login' })
}

function Root() {
  const path = useRouterState({ select: ({ location }) => location.pathname })
  return outside.includes(path) ? <Outlet /> : <Frame />
}

const root = createRootRoute({ component: Root, beforeLoad: needLogin, notFoundComponent: PageMissing })

const home = createRoute({
  getParentRoute: () => root,
  path: '/',
  staticData: { title: 'Home' },
  component: lazyRouteComponent(() => import('./pages/home/home-page.tsx'), 'HomePage'),
})
const models = createRoute({
  getParentRoute: () => root,
  path: '/models',
  staticData: { title: 'Models' },
  validateSearch: modelsSearch,
  component: lazyRouteComponent(() => import('./pages/models/models-page.tsx'), 'ModelsPage'),
})
const model = createRoute({
  getParentRoute: () => root,
  path: '/models/$model',
  staticData: { titleFrom: 'model', parent: { title: 'Models', to: '/models' } },
  validateSearch: modelSearch,
  component: lazyRouteComponent(() => import('./pages/model/model-page.tsx'), 'ModelPage'),
})
const playground = createRoute({
  getParentRoute: () => root,
  path: '/playground',
  staticData: { title: 'Playground' },
  validateSearch: playgroundSearch,
  component: lazyRouteComponent(() => import('./pages/playground/playground-page.tsx'), 'PlaygroundPage'),
})
const drafts = createRoute({
  getParentRoute: () => root,
  path: '/package',
  staticData: { title: 'Package' },
  component: lazyRouteComponent(() => import('./pages/package/package-page.tsx'), 'PackagePage'),
})
const draft = createRoute({
  getParentRoute: () => root,
  path: '/package/$draft',
  staticData: { title: 'Draft', parent: { title: 'Package', to: '/package' } },
  validateSearch: packageSearch,
  component: lazyRouteComponent(() => import('./pages/package/draft-page.tsx'), 'DraftPage'),
})
const deployments = createRoute({
  getParentRoute: () => root,
  path: '/deployments',
  staticData: { title: 'Deployments' },
  validateSearch: deploymentsSearch,
  component: lazyRouteComponent(() => import('./pages/deployments/deployments-page.tsx'), 'DeploymentsPage'),
})
const deployment = createRoute({
  getParentRoute: () => root,
  path: '/deployments/$endpoint',
  staticData: { titleFrom: 'endpoint', parent: { title: 'Deployments', to: '/deployments' } },
  component: lazyRouteComponent(() => import('./pages/deployments/deployment-page.tsx'), 'DeploymentPage'),
})
const requests = createRoute({
  getParentRoute: () => root,
  path: '/requests',
  staticData: { title: 'Requests' },
  validateSearch: requestsSearch,
  component: lazyRouteComponent(() => import('./pages/requests/requests-page.tsx'), 'RequestsPage'),
})
const alerts = createRoute({
  getParentRoute: () => root,
  path: '/alerts',
  staticData: { title: 'Alerts' },
  component: lazyRouteComponent(() => import('./pages/alerts/alerts-page.tsx'), 'AlertsPage'),
})
const licenses = createRoute({
  getParentRoute: () => root,
  path: '/licenses',
  staticData: { title: 'Licenses and usage' },
  validateSearch: licensesSearch,
  component: lazyRouteComponent(() => import('./pages/licenses/licenses-page.tsx'), 'LicensesPage'),
})
const issuing = createRoute({
  getParentRoute: () => root,
  path: '/issuing',
  staticData: { title: 'Issue licenses' },
  component: lazyRouteComponent(() => import('./pages/issuing/issuing-page.tsx'), 'IssuingPage'),
})
const licensingHelp = createRoute({
  getParentRoute: () => root,
  path: '/help/licensing',
  staticData: { title: 'Licenses explained' },
  component: lazyRouteComponent(() => import('./pages/help/license-help.tsx'), 'LicensingHelpPage'),
})
const licenseLimits = createRoute({
  getParentRoute: () => root,
  path: '/help/license-limits',
  staticData: { title: 'Honest limits', parent: { title: 'Licenses explained', to: '/help/licensing' } },
  component: lazyRouteComponent(() => import('./pages/help/license-help.tsx'), 'LicenseLimitsPage'),
})
const jobs = createRoute({
  getParentRoute: () => root,
  path: '/jobs',
  staticData: { title: 'Jobs' },
  validateSearch: jobsSearch,
  component: lazyRouteComponent(() => import('./pages/jobs/jobs-page.tsx'), 'JobsPage'),
})
const settings = createRoute({
  getParentRoute: () => root,
  path: '/settings',
  staticData: { title: sections.keys, parent: { title: 'Settings', to: '/settings' } },
  component: lazyRouteComponent(() => import('./pages/settings/settings-page.tsx'), 'SettingsPage'),
})
const settingsSection = createRoute({
  getParentRoute: () => root,
  path: '/settings/$section',
  staticData: {
    titleFrom: 'section',
    titleOf: sections,
    parent: { title: 'Settings', to: '/settings' },
  },
  component: lazyRouteComponent(() => import('./pages/settings/settings-page.tsx'), 'SettingsPage'),
})
const login = createRoute({
  getParentRoute: () => root,
  path: '/login',
  component: lazyRouteComponent(() => import('./pages/login/login-page.tsx'), 'LoginPage'),
})
const claim = createRoute({
  getParentRoute: () => root,
  path: '/claim',
  validateSearch: claimSearch,
  component: lazyRouteComponent(() => import('./pages/login/claim-page.tsx'), 'ClaimPage'),
})

function stringifySearch(search: Record<string, unknown>): string {
  const present = Object.entries(search).flatMap(([name, value]) =>
    value === undefined || value === '' ? [] : [[name, String(value)]],
  )
  return present.length > 0 ? `?${new URLSearchParams(present)}` : ''
}

export const router = createRouter({
  routeTree: root.addChildren([
    home,
    models,
    model,
    playground,
    drafts,
    draft,
    deployments,
    deployment,
    requests,
    alerts,
    licenses,
    issuing,
    licensingHelp,
    licenseLimits,
    jobs,
    settings,
    settingsSection,
    login,
    claim,
  ]),
  history: createHashHistory(),
  defaultPreload: 'intent',
  defaultErrorComponent: PageFailed,
  defaultPendingMs: 150,
  // Values of the address are plain text: a tag named "1e5" or a token of digits stays what it is.
  parseSearch: (text) => Object.fromEntries(new URLSearchParams(text)),
  stringifySearch,
})

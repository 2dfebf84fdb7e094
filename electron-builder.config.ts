/**
 * How installers are made (npm run package). Native modules and models lie outside the archive, because what opens
 * them does not know it; the runtimes of other platforms are left out; every fuse is set.
 *
 * An installer is made on the platform it is for: sharp's library is installed for that one alone.
 */
import { join } from 'node:path'
import { type FuseConfig, FuseV1Options, FuseVersion, flipFuses } from '@electron/fuses'
import type { AfterPackContext, Configuration } from 'electron-builder'

/**
 * The bits in Electron's binary. strictlyRequireAllFuses makes a fuse that a later Electron adds an error here,
 * which is why this does not go through electron-builder's own option.
 */
export const fuses: FuseConfig = {
  version: FuseVersion.V1,
  strictlyRequireAllFuses: true,
  // ELECTRON_RUN_AS_NODE, NODE_OPTIONS and --inspect would let any program run its code as this app.
  [FuseV1Options.RunAsNode]: false,
  [FuseV1Options.EnableNodeOptionsEnvironmentVariable]: false,
  [FuseV1Options.EnableNodeCliInspectArguments]: false,
  // The code is what was packed: on macOS and Windows its digest is checked, on Linux only its place is.
  [FuseV1Options.EnableEmbeddedAsarIntegrityValidation]: true,
  [FuseV1Options.OnlyLoadAppFromAsar]: true,
  [FuseV1Options.EnableCookieEncryption]: true,
  // The page is served over app://; nothing is loaded from file://.
  [FuseV1Options.GrantFileProtocolExtraPrivileges]: false,
  // There is no snapshot of our own to load.
  [FuseV1Options.LoadBrowserProcessSpecificV8Snapshot]: false,
  // Chromium's default: bounds checks of WebAssembly by trap and not by code.
  [FuseV1Options.WasmTrapHandlers]: true,
}

/**
 * When Electron 45 gets no more fixes: with the release of 48, eight weeks a major after 2026-10-21
 * (https://releases.electronjs.org/schedule).
 */
const supported = { major: 45, until: '2027-04-07' }

/** Refuses to pack an Electron whose known holes stay open. */
export function assertElectronIsSupported(version: string, now: Date): void {
  const major = Number.parseInt(version, 10)
  if (major > supported.major || (major === supported.major && now < new Date(supported.until))) return
  throw new Error(
    `Electron ${version} is not supported any more (${supported.major} until ${supported.until}): update it, and the date in electron-builder.config.ts.`,
  )
}

/** Right before signing, since a changed binary breaks its signature. */
async function setFuses({ appOutDir, electronPlatformName, packager }: AfterPackContext): Promise<void> {
  const name = packager.appInfo.productFilename
  const binary = { darwin: `${name}.app`, win32: `${name}.exe` }[electronPlatformName] ?? executableName
  await flipFuses(join(appOutDir, binary), {
    ...fuses,
    resetAdHocDarwinSignature: electronPlatformName === 'darwin',
  })
}

const executableName = 'outpost'
const runtimes = 'node_modules/onnxruntime-node/bin/napi-v6'
const sqlite = 'node_modules/better-sqlite3/prebuilds'

/**
 * What is packed, whole for each platform: a platform's own list replaces the common one and does not add to it.
 * Left out is what the packages bring for other platforms, and for other processors of this one.
 */
function filesFor(platform: 'linux' | 'darwin' | 'win32'): string[] {
  const others = ['linux', 'darwin', 'win32'].filter((name) => name !== platform).join(',')
  return [
    'package.json',
    'out/**',
    '!out/.built',
    'resources/icons/icon.png',
    'resources/grpc/**',
    'resources/samples/**',
    '!resources/samples/training{,/**}',
    // Sources that were compiled into the prebuilt binaries, and what only an installation needs.
    '!node_modules/better-sqlite3/{deps,src}{,/**}',
    '!node_modules/{sharp,@img/*}/{src,install}{,/**}',
    '!node_modules/onnxruntime-node/script{,/**}',
    '!**/*.{d.ts,d.cts,d.mts,map}',
    `!${runtimes}/{${others}}{,/**}`,
    `!${runtimes}/${platform}/!(\${arch}){,/**}`,
    `!${sqlite}/{${others},linuxmusl}-*.node`,
    `!${sqlite}/${platform}-!(\${arch}).node`,
  ]
}

const config: Configuration = {
  // Windows shows notifications under this id alone (src-main/shell/start-desktop.ts).
  appId: 'dev.outpost.desktop',
  productName: 'Outpost',
  executableName,
  directories: { output: 'dist' },
  asarUnpack: ['**/*.node', '**/*.{so,so.*,dylib,dll}', 'resources/samples/**'],
  // Every native module brings a binary with a stable interface (Node-API): nothing is compiled here.
  npmRebuild: false,
  beforePack: ({ packager }) => {
    assertElectronIsSupported(packager.config.electronVersion ?? packager.info.framework.version, new Date())
  },
  afterPack: setFuses,
  publish: null,
  // Debian packages must name a home page and someone to write to; whoever publishes them puts in their own.
  extraMetadata: { homepage: 'https://outpost.invalid' },
  fileAssociations: [
    {
      ext: 'outpost',
      name: 'Outpost package',
      description: 'A packaged AI model',
      mimeType: 'application/vnd.outpost.package',
      role: 'Viewer',
    },
  ],
  icon: 'resources/icons/icon.png',
  linux: {
    target: ['AppImage', 'deb'],
    category: 'Development',
    maintainer: 'The Outpost authors <packages@outpost.invalid>',
    files: filesFor('linux'),
  },
  // No Intel Macs: ONNX Runtime has no library for them.
  mac: {
    target: [{ target: 'dmg', arch: 'arm64' }],
    category: 'public.app-category.developer-tools',
    files: filesFor('darwin'),
  },
  win: { target: ['nsis'], files: filesFor('win32') },
  // Windows registers a file type for all users or not at all.
  nsis: { oneClick: false, perMachine: true, allowToChangeInstallationDirectory: true },
}

export default config

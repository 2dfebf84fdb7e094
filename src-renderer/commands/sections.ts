/** The screens of the rail in their groups: each with its command, address and icon. Only screens that exist. */
import {
  IconBell,
  IconBox,
  IconCertificate,
  IconHome,
  IconListDetails,
  IconPackage,
  IconPlayerPlay,
  IconProgress,
  IconServer2,
  IconSettings,
  IconSignature,
  type TablerIcon,
} from '@tabler/icons-react'
import { type CommandId, commands } from '../../src-main/contract/commands.ts'

export interface Section {
  command: CommandId
  title: string
  to:
    | '/'
    | '/models'
    | '/playground'
    | '/package'
    | '/deployments'
    | '/requests'
    | '/licenses'
    | '/issuing'
    | '/alerts'
    | '/jobs'
    | '/settings'
  icon: TablerIcon
  /** Which of the node's counts stands beside it. */
  count?: 'models' | 'deployments' | 'jobsActive' | 'alerts'
}

const section = (
  command: CommandId,
  to: Section['to'],
  icon: TablerIcon,
  count?: Section['count'],
): Section => ({
  command,
  title: commands[command].title,
  to,
  icon,
  ...(count && { count }),
})

export const groups: readonly { title: string; sections: readonly Section[] }[] = [
  {
    title: 'Work',
    sections: [
      section('go.home', '/', IconHome),
      section('go.models', '/models', IconBox, 'models'),
      section('go.playground', '/playground', IconPlayerPlay),
    ],
  },
  {
    title: 'Publish',
    sections: [
      section('go.package', '/package', IconPackage),
      section('go.issuing', '/issuing', IconSignature),
    ],
  },
  {
    title: 'Operate',
    sections: [
      section('go.deployments', '/deployments', IconServer2, 'deployments'),
      section('go.requests', '/requests', IconListDetails),
      section('go.licenses', '/licenses', IconCertificate),
      section('go.alerts', '/alerts', IconBell, 'alerts'),
    ],
  },
  {
    title: 'System',
    sections: [
      section('go.jobs', '/jobs', IconProgress, 'jobsActive'),
      section('go.settings', '/settings', IconSettings),
    ],
  },
]

export const sections: readonly Section[] = groups.flatMap((group) => group.sections)

/** Every page: its path, who may see it, the entry of the menu it stands under. In the order of the menu. */
import {
  AimOutlined,
  BarChartOutlined,
  FunnelPlotOutlined,
  HomeOutlined,
  SettingOutlined,
  ShoppingOutlined,
  TeamOutlined,
} from '@ant-design/icons';
import { type ComponentType, lazy, type ReactNode } from 'react';
import type { Permission } from '@/api/session';
import type { Key } from '@/i18n/text';

export interface Route {
  path: string;
  title: Key;
  need: Permission | null;
  page: ComponentType;
  /** Reached from other pages, not from the menu. */
  hidden?: boolean;
}

export interface Area {
  key: string;
  title: Key;
  icon: ReactNode;
  routes: Route[];
}

const imports = lazy(() => import('@/pages/import/ImportList'));
const importWizard = lazy(() => import('@/pages/import/ImportWizard'));

export const areas: Area[] = [
  {
    key: 'today',
    title: 'menu.today',
    icon: <HomeOutlined />,
    routes: [
      {
        path: '/',
        title: 'menu.today',
        need: 'customer_read',
        page: lazy(() => import('@/pages/today/Today')),
      },
    ],
  },
  {
    key: 'acquire',
    title: 'menu.acquire',
    icon: <AimOutlined />,
    routes: [
      {
        path: '/codes',
        title: 'menu.codes',
        need: 'report_read',
        page: lazy(() => import('@/pages/codes/Codes')),
      },
      {
        path: '/sources',
        title: 'menu.sources',
        need: 'report_read',
        page: lazy(() => import('@/pages/sources/Sources')),
      },
      { path: '/import', title: 'menu.import', need: 'import', page: imports },
      { path: '/import/new', title: 'menu.import_new', need: 'import', page: importWizard, hidden: true },
    ],
  },
  {
    key: 'customers',
    title: 'menu.customers',
    icon: <TeamOutlined />,
    routes: [
      {
        path: '/customers',
        title: 'menu.customer_list',
        need: 'customer_read',
        page: lazy(() => import('@/pages/customers/CustomerList')),
      },
      {
        path: '/tags',
        title: 'menu.tags',
        need: 'customer_read',
        page: lazy(() => import('@/pages/tags/Tags')),
      },
      {
        path: '/scripts',
        title: 'menu.scripts',
        need: 'customer_read',
        page: lazy(() => import('@/pages/scripts/Scripts')),
      },
      {
        path: '/merges',
        title: 'menu.merges',
        need: 'customer_merge',
        page: lazy(() => import('@/pages/merges/Merges')),
      },
      {
        path: '/churn',
        title: 'menu.churn',
        need: 'customer_read',
        page: lazy(() => import('@/pages/churn/Churn')),
      },
      {
        path: '/groups',
        title: 'menu.groups',
        need: 'staff_read',
        page: lazy(() => import('@/pages/groups/Groups')),
      },
      {
        path: '/handovers',
        title: 'menu.handovers',
        need: 'handover_write',
        page: lazy(() => import('@/pages/handovers/Handovers')),
      },
    ],
  },
  {
    key: 'convert',
    title: 'menu.convert',
    icon: <ShoppingOutlined />,
    routes: [
      {
        path: '/orders',
        title: 'menu.orders',
        need: 'order_read',
        page: lazy(() => import('@/pages/orders/Orders')),
      },
    ],
  },
  {
    key: 'insight',
    title: 'menu.insight',
    icon: <BarChartOutlined />,
    routes: [
      {
        path: '/audiences',
        title: 'menu.audiences',
        need: 'audience_read',
        page: lazy(() => import('@/pages/audiences/AudienceList')),
      },
      {
        path: '/audiences/new',
        title: 'menu.audience_new',
        need: 'audience_read',
        page: lazy(() => import('@/pages/audiences/Composer')),
        hidden: true,
      },
      {
        path: '/tiers',
        title: 'menu.tiers',
        need: 'audience_read',
        page: lazy(() => import('@/pages/tiers/Tiers')),
      },
      { path: '/rfm', title: 'menu.rfm', need: 'report_read', page: lazy(() => import('@/pages/rfm/Rfm')) },
      { path: '/clv', title: 'menu.clv', need: 'audience_read', page: lazy(() => import('@/pages/clv/Clv')) },
      {
        path: '/cycles',
        title: 'menu.cycles',
        need: 'audience_read',
        page: lazy(() => import('@/pages/cycles/Cycles')),
      },
      {
        path: '/staff-figures',
        title: 'menu.staff_figures',
        need: 'report_read',
        page: lazy(() => import('@/pages/staff/StaffFigures')),
      },
      {
        path: '/reports',
        title: 'menu.reports',
        need: 'report_read',
        page: lazy(() => import('@/pages/reports/Reports')),
      },
    ],
  },
  {
    key: 'analysis',
    title: 'menu.analysis',
    icon: <FunnelPlotOutlined />,
    routes: [
      {
        path: '/analyses/funnel',
        title: 'menu.funnel',
        need: 'audience_read',
        page: lazy(() => import('@/pages/analyses/Funnel')),
      },
      {
        path: '/analyses/retention',
        title: 'menu.retention',
        need: 'audience_read',
        page: lazy(() => import('@/pages/analyses/Retention')),
      },
      {
        path: '/analyses/paths',
        title: 'menu.paths',
        need: 'audience_read',
        page: lazy(() => import('@/pages/analyses/Paths')),
      },
      {
        path: '/analyses/trends',
        title: 'menu.trends',
        need: 'audience_read',
        page: lazy(() => import('@/pages/analyses/Trends')),
      },
      {
        path: '/analyses/repurchase',
        title: 'menu.repurchase',
        need: 'audience_read',
        page: lazy(() => import('@/pages/analyses/Repurchase')),
      },
    ],
  },
  {
    key: 'settings',
    title: 'menu.settings',
    icon: <SettingOutlined />,
    routes: [
      {
        path: '/settings',
        title: 'menu.corp',
        need: 'setting_write',
        page: lazy(() => import('@/pages/settings/Settings')),
      },
      {
        path: '/wecom',
        title: 'menu.wecom',
        need: 'system',
        page: lazy(() => import('@/pages/wecom/Wecom')),
      },
      {
        path: '/profile-fields',
        title: 'menu.fields',
        need: 'tag_write',
        page: lazy(() => import('@/pages/settings/FieldsAndStages')),
      },
      {
        path: '/staff',
        title: 'menu.staff',
        need: 'staff_read',
        page: lazy(() => import('@/pages/staff/Staff')),
      },
      {
        path: '/accounts',
        title: 'menu.accounts',
        need: 'account_write',
        page: lazy(() => import('@/pages/settings/Accounts')),
      },
      {
        path: '/tokens',
        title: 'menu.tokens',
        need: 'account_write',
        page: lazy(() => import('@/pages/settings/Tokens')),
      },
      {
        path: '/audit',
        title: 'menu.audit',
        need: 'audit_read',
        page: lazy(() => import('@/pages/settings/Audit')),
      },
      { path: '/jobs', title: 'menu.jobs', need: null, page: lazy(() => import('@/pages/jobs/Jobs')) },
      {
        path: '/system',
        title: 'menu.system',
        need: 'system',
        page: lazy(() => import('@/pages/system/System')),
      },
      {
        path: '/password',
        title: 'menu.password',
        need: null,
        page: lazy(() => import('@/pages/sign-in/SetPassword')),
        hidden: true,
      },
    ],
  },
];

export const routes: Route[] = areas.flatMap((area) => area.routes);

/** The areas with only the routes someone may see; areas without any are left out. */
export function permitted(may: (permission: Permission) => boolean): Area[] {
  return areas
    .map((area) => ({ ...area, routes: area.routes.filter(({ need }) => need === null || may(need)) }))
    .filter((area) => area.routes.some(({ hidden }) => !hidden));
}

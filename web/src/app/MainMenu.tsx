import { Menu, type MenuProps } from 'antd';
import { useState } from 'react';
import { Link, useLocation } from 'wouter';
import { useT } from '@/i18n/I18nProvider';
import { type Area, areas, permitted } from './routes';
import { useMay } from './session';

/** Two levels by workflow; an area with one page is that page. */
export function MainMenu() {
  const t = useT();
  const may = useMay();
  const [path] = useLocation();
  const open = permitted(may);
  const current = areas.find((area) => area.routes.some((route) => route.path === path));
  const [openKeys, setOpenKeys] = useState(() => open.map((area) => area.key));

  const items: MenuProps['items'] = open.map((area) => {
    const [only, ...more] = shown(area);
    if (only && more.length === 0 && only.title === area.title) {
      return { key: only.path, icon: area.icon, label: <Link href={only.path}>{t(area.title)}</Link> };
    }
    return {
      key: area.key,
      icon: area.icon,
      label: t(area.title),
      children: shown(area).map((route) => ({
        key: route.path,
        label: <Link href={route.path}>{t(route.title)}</Link>,
      })),
    };
  });
  const selected = current && shown(current).findLast((route) => path.startsWith(route.path));
  return (
    <nav aria-label={t('shell.menu')} className="main-menu">
      <Menu
        theme="dark"
        mode="inline"
        inlineIndent={16}
        items={items}
        selectedKeys={selected ? [selected.path] : []}
        openKeys={openKeys}
        onOpenChange={setOpenKeys}
      />
    </nav>
  );
}

const shown = (area: Area) => area.routes.filter(({ hidden }) => !hidden);

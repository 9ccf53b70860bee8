import { MenuOutlined } from '@ant-design/icons';
import { Button, Drawer, Grid, Layout } from 'antd';
import { Suspense, useEffect, useState } from 'react';
import { Route, Switch, useLocation } from 'wouter';
import { KoiMark } from '@/components/Mark';
import { Waiting } from '@/components/Waiting';
import { useT } from '@/i18n/I18nProvider';
import { PageBoundary } from './PageBoundary';
import { HeaderTools } from './HeaderTools';
import { MainMenu } from './MainMenu';
import { NotFound } from './NotFound';
import { permitted, routes } from './routes';
import { useMay, useSession } from './session';

/** The frame around every page: menu on the left (behind a button on a phone), tools on top. */
export default function Shell() {
  const t = useT();
  const { corp } = useSession();
  const corpName = corp.name || t('shell.koi');
  const wide = Grid.useBreakpoint().lg ?? window.innerWidth >= 992;
  const [open, setOpen] = useState(false);
  const [path] = useLocation();
  const title = routes.find((route) => route.path === path)?.title ?? 'shell.not_found';

  useEffect(() => setOpen(false), [path]);
  useEffect(() => {
    document.title = `${t(title)} · ${corpName}`;
  }, [title, t, corpName]);

  const brand = (
    <div className="brand">
      <KoiMark size={30} />
      <span className="brand-name">{corpName}</span>
    </div>
  );
  return (
    <Layout className="shell">
      <a className="skip-link" href="#main">
        {t('shell.skip')}
      </a>
      {wide ? (
        <Layout.Sider width={208} className="shell-side">
          {brand}
          <MainMenu />
        </Layout.Sider>
      ) : (
        <Drawer
          open={open}
          onClose={() => setOpen(false)}
          placement="left"
          size={240}
          title={t('shell.menu')}
          rootClassName="menu-drawer"
        >
          <MainMenu />
        </Drawer>
      )}
      <Layout>
        <Layout.Header className="shell-header">
          {!wide && (
            <Button
              type="text"
              icon={<MenuOutlined />}
              aria-label={t('shell.menu')}
              onClick={() => setOpen(true)}
            />
          )}
          <h1 className="page-title">{t(title)}</h1>
          <HeaderTools />
        </Layout.Header>
        <Layout.Content id="main" className="shell-content" tabIndex={-1}>
          <PageBoundary key={path}>
            <Suspense fallback={<Waiting />}>
              <Pages />
            </Suspense>
          </PageBoundary>
        </Layout.Content>
      </Layout>
    </Layout>
  );
}

function Pages() {
  const may = useMay();
  return (
    <Switch>
      {permitted(may)
        .flatMap((area) => area.routes)
        .map(({ path, page }) => (
          <Route key={path} path={path} component={page} />
        ))}
      <Route>
        <NotFound />
      </Route>
    </Switch>
  );
}

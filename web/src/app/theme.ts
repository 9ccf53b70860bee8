import type { ThemeConfig } from 'antd';

/** Pond green for what can be done, koi red for the sign and what needs a look. All text reaches WCAG AA. */
export const colours = {
  pond: '#0a666b',
  deep: '#0d2f35',
  koi: '#c8102e',
  gold: '#8a5a00',
  leaf: '#2b7031',
  ink: '#1b2628',
  soft: '#566164',
  paper: '#f3f6f5',
  line: '#dde4e3',
} as const;

/** For series in charts: told apart also without colour vision. */
export const series = [
  '#0a666b',
  '#d98e04',
  '#c8102e',
  '#5b7fb4',
  '#7a9a01',
  '#8b5a9a',
  '#b5651d',
  '#4c9aa0',
];

/** Menus and dialogs appear at once for those who asked their system for less motion. */
const still = window.matchMedia('(prefers-reduced-motion: reduce)').matches;

export const theme: ThemeConfig = {
  token: {
    motion: !still,
    colorPrimary: colours.pond,
    colorInfo: colours.pond,
    colorLink: colours.pond,
    colorError: '#b3122b',
    colorWarning: '#b56a00',
    colorSuccess: colours.leaf,
    colorTextBase: colours.ink,
    colorTextSecondary: '#434e51',
    colorTextTertiary: colours.soft,
    colorTextQuaternary: '#667174',
    colorTextDescription: colours.soft,
    colorTextPlaceholder: '#667174',
    colorBgLayout: colours.paper,
    colorBorder: '#c9d3d2',
    colorBorderSecondary: colours.line,
    colorSplit: colours.line,
    borderRadius: 6,
    fontSize: 14,
    fontFamily:
      '-apple-system, "Segoe UI", "PingFang SC", "Hiragino Sans GB", "Microsoft YaHei", "Noto Sans CJK SC", "WenQuanYi Micro Hei", sans-serif',
  },
  components: {
    Layout: { siderBg: colours.deep, headerBg: '#fff', headerHeight: 52, headerPadding: '0 16px' },
    Menu: {
      darkItemBg: colours.deep,
      darkSubMenuItemBg: '#0a262b',
      darkItemSelectedBg: '#17555b',
      darkItemColor: '#d5e2e1',
      itemHeight: 32,
      itemMarginBlock: 2,
      itemSelectedBg: '#dcecec',
      itemSelectedColor: '#084e52',
      itemActiveBg: '#dcecec',
    },
    Table: { headerBg: '#eef3f2', headerColor: '#36454a', cellPaddingBlockMD: 9, cellPaddingBlockSM: 5 },
    Card: { headerFontSize: 15, bodyPadding: 16, headerPadding: 16, headerHeight: 46 },
    Tabs: { horizontalItemGutter: 24 },
  },
};

/* wide.h — 101 columns: 汉汉汉汉汉汉汉汉汉汉汉汉汉汉汉汉汉汉汉汉汉汉汉汉汉汉汉汉汉汉汉汉汉汉汉汉汉汉汉汉xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx */

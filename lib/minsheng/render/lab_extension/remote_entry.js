// A container of webpack's module federation, as JupyterLab's bootstrap asks for it, written by hand.
(() => {
  const style = new URL("STYLE_NAME", document.currentScript.src).href;
  const modules = {
    "./style": () => {
      const link = document.createElement("link");
      link.rel = "stylesheet";
      link.href = style;
      document.head.appendChild(link);
      return {};
    },
    "./extension": () => ({ __esModule: true, default: [] }),
  };
  window._JUPYTERLAB = window._JUPYTERLAB || {};
  window._JUPYTERLAB["minsheng"] = {
    init: () => {},
    get: (name) => Promise.resolve(modules[name]),
  };
})();

// A container of webpack's module federation, as JupyterLab's bootstrap asks for it, written by hand.
(() => {
  const here = document.currentScript.src;
  const beside = (name) => new URL(name, here).href;
  let scope = {};
  // JupyterLab shares its own packages: one version of each.
  const shared = async (name) => (await Object.values(scope[name])[0].get())();
  const modules = {
    "./style": async () => {
      const link = document.createElement("link");
      link.rel = "stylesheet";
      link.href = beside("STYLE_NAME");
      document.head.appendChild(link);
      return {};
    },
    "./extension": async () => {
      const [desk, notebook, viewer] = await Promise.all([
        import(beside("DESK_NAME")),
        shared("@jupyterlab/notebook"),
        shared("@jupyterlab/htmlviewer"),
      ]);
      return { __esModule: true, default: [desk.plugin(notebook), desk.pages(viewer)] };
    },
  };
  window._JUPYTERLAB = window._JUPYTERLAB || {};
  window._JUPYTERLAB["minsheng"] = {
    init: (given) => {
      scope = given;
    },
    get: async (name) => {
      const made = await modules[name]();
      return () => made;
    },
  };
})();

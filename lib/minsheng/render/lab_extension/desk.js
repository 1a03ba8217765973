// The desk (办公台) in JupyterLab: runs its notebook on opening, shows what the server's desk answers, sends files in
// parts, follows what runs. What it shows is made by the server; it decides nothing.

const NOTEBOOK = "notebooks/desk.ipynb";
const BASE = JSON.parse(document.getElementById("jupyter-config-data").textContent).baseUrl;
const BUSY_MS = 1000;
const IDLE_MS = 3000;
const TYPING_MS = 250;
const TRIES = 4;
const SORTED = "sort files"; // where files wait that no form has yet

/**
 * A page of ours in JupyterLab's viewer comes from the server's own address of it, or nothing that it links would open.
 * It runs no script, and its address lets it run none: it needs no box.
 */
export function pages({ IHTMLViewerTracker }) {
  const show = (viewer) => {
    const path = viewer.context.path;
    if (!path.startsWith("outputs/")) return;
    const frame = viewer.content;
    const address = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(frame), "url");
    Object.defineProperty(frame, "url", {
      get: () => address.get.call(frame),
      set: () => {
        frame.node.querySelector("iframe").removeAttribute("sandbox");
        address.set.call(frame, `${BASE}minsheng/files/${path.split("/").map(encodeURIComponent).join("/")}`);
      },
    });
  };
  return {
    id: "minsheng:pages",
    autoStart: true,
    requires: [IHTMLViewerTracker],
    activate: (_, tracker) => void tracker.widgetAdded.connect((__, viewer) => show(viewer)),
  };
}

/** The plugin: on opening, the desk's notebook fills the page and runs its one cell. */
export function plugin({ INotebookTracker, NotebookActions }) {
  const open = async (app, panel) => {
    if (panel.context.path !== NOTEBOOK) return;
    panel.addClass("minsheng-desk-page");
    panel.toolbar.hide();
    app.restored.then(() => app.shell.collapseLeft());
    await panel.context.ready;
    // What it shows is kept nowhere: saved by one browser, it would be a conflict in the other.
    panel.context.model.stateChanged.connect((model, change) => {
      if (change.name === "dirty" && change.newValue) model.dirty = false;
    });
    await panel.sessionContext.ready;
    await NotebookActions.runAll(panel.content, panel.sessionContext);
  };
  return {
    id: "minsheng:desk",
    autoStart: true,
    requires: [INotebookTracker],
    activate: (app, tracker) => {
      tracker.widgetAdded.connect((_, panel) => void open(app, panel));
      tracker.forEach((panel) => void open(app, panel));
    },
  };
}

/** Ask the server's desk; what it refuses is an error in its words. */
async function ask(path, { method = "GET", json, body } = {}) {
  const cookie = document.cookie.match(/(?:^|; )_xsrf=([^;]*)/);
  const answer = await fetch(`${BASE}minsheng/desk/${path}`, {
    method,
    cache: "no-store",
    headers: { "X-XSRFToken": cookie ? cookie[1] : "", ...(json ? { "Content-Type": "application/json" } : {}) },
    body: json ? JSON.stringify(json) : body,
  });
  const said = await answer.json().catch(() => ({}));
  if (!answer.ok) throw Object.assign(new Error(said.message || `服务器答复 ${answer.status}`), { status: answer.status });
  return said;
}

const pause = (ms) => new Promise((done) => setTimeout(done, ms));

/** Make an element; its text is text. */
function made(tag, text, attributes = {}) {
  const element = document.createElement(tag);
  element.textContent = text;
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  return element;
}

class Desk extends HTMLElement {
  connectedCallback() {
    this.isOpen = true;
    // What JupyterLab says of texts in general does not hold for forms.
    this.closest(".jp-RenderedHTMLCommon")?.classList.remove("jp-RenderedHTMLCommon");
    if (!this.files) this.start();
    this.follow();
  }

  disconnectedCallback() {
    this.isOpen = false;
    clearTimeout(this.timer);
  }

  start() {
    this.files = new Map(); // form and field → [{id, name, state}]
    this.month = new URLSearchParams(location.search).get("month") || "";
    this.name = localStorage.getItem("minsheng.desk.name") || "";
    this.browser = localStorage.getItem("minsheng.desk.browser") || crypto.getRandomValues(new Uint32Array(2)).join("-");
    localStorage.setItem("minsheng.desk.browser", this.browser);
    // JupyterLab's keys (d d deletes a cell, arrows choose another) are not meant for forms.
    window.addEventListener("keydown", (event) => this.contains(event.target) && event.stopPropagation(), true);
    this.innerHTML = '<p class="opening" role="status">正在打开办公台……</p>';
    for (const [event, act] of Object.entries({
      submit: this.submitted,
      click: this.clicked,
      input: this.typed,
      change: this.changed,
      dragover: this.dragged,
      dragleave: this.dragged,
      drop: this.dropped,
    })) {
      this.addEventListener(event, act.bind(this));
    }
    this.addEventListener("toggle", this.toggled.bind(this), true);
    document.addEventListener("visibilitychange", () => {
      if (this.isOpen && !document.hidden) this.show().catch(() => {});
    });
  }

  at(selector) {
    return this.querySelector(selector);
  }

  // --- what is shown -------------------------------------------------------------------------------------------------

  /** Turn to another month: that it is being opened is said, and until then nothing of the one before can be done. */
  async turnTo(month, words) {
    const before = this.month;
    this.month = month;
    this.hold(`正在打开${words}……`);
    try {
      await this.show();
    } catch (fault) {
      this.lose(fault);
      if (this.month !== month) return; // somebody has gone on
      this.month = before;
      if (this.at("#desk-month")) this.at("#desk-month").value = before;
      this.hold("");
    }
  }

  /** Say what is waited for, and let nothing but the month be changed meanwhile; nothing said lets everything again. */
  hold(words) {
    if (this.at(".turning")) this.at(".turning").textContent = words;
    for (const each of this.at(".desk").children) each.inert = Boolean(words) && !each.matches(".head");
  }

  /** Fetch the page of the month and put it in place; what somebody is filling in stays as it is. */
  async show() {
    const asked = this.month;
    const page = await ask(`page?month=${encodeURIComponent(asked)}`);
    if (this.month !== asked) return; // another month was chosen meanwhile
    const kept = this.written();
    const ended = this.at("[data-done]");
    this.month = page.month;
    this.innerHTML = page.html;
    if (ended) this.at("[data-done]")?.replaceWith(ended);
    this.restore(kept);
    this.seat();
    this.turn();
    this.drawRunning();
    for (const key of this.files.keys()) this.drawFiles(key);
    for (const form of this.querySelectorAll("form[data-form]")) this.preview(form);
  }

  written() {
    const values = new Map();
    for (const field of this.querySelectorAll("form [id]:is(input, select)")) {
      if (field.type !== "file") values.set(field.id, field.type === "checkbox" ? field.checked : field.value);
    }
    const open = [...this.querySelectorAll("details[id][open]")].map((each) => each.id);
    const log = Boolean(this.at(".now details[open]"));
    const step = this.at(".tour:not([hidden]) article:not([hidden])");
    const tour = step ? [...step.parentElement.children].indexOf(step) : -1;
    return { values, open, log, tour, focus: this.contains(document.activeElement) ? document.activeElement.id : "" };
  }

  restore({ values, open, log, tour, focus }) {
    for (const [id, value] of values) {
      const field = this.querySelector(`#${CSS.escape(id)}`);
      if (!field) continue;
      if (field.type === "checkbox") field.checked = value;
      else if (field.tagName !== "SELECT" || [...field.options].some((each) => each.value === value)) field.value = value;
    }
    for (const id of open) this.querySelector(`#${CSS.escape(id)}`)?.setAttribute("open", "");
    if (log) this.at(".now details")?.setAttribute("open", "");
    if (tour >= 0) this.tour(tour, false);
    if (focus) this.querySelector(`#${CSS.escape(focus)}`)?.focus({ preventScroll: true });
  }

  seat() {
    const asks = this.at("form[data-name]");
    if (asks) asks.hidden = Boolean(this.name);
  }

  /** Only who sits here and finds the desk free may start something; who cannot reads why. */
  turn() {
    const why = !this.name ? "先在上面写下您的姓名" : this.running ? `${this.running.by}正在办“${this.running.title}”，请稍候` : "";
    for (const form of this.querySelectorAll("form[data-form]")) {
      form.querySelector("button[type=submit]").disabled = Boolean(why);
      form.querySelector(".turn").textContent = why;
    }
  }

  // --- what runs -----------------------------------------------------------------------------------------------------

  async follow() {
    clearTimeout(this.timer);
    if (!this.isOpen) return;
    try {
      const asked = new URLSearchParams({ browser: this.browser, name: this.name });
      const now = await ask(`now?${asked}`);
      const isNew = JSON.stringify(now.ended) !== this.ended;
      this.running = now.running;
      if (isNew || !this.at(".desk")) {
        await this.show();
        const { html } = await ask("ended");
        if (this.at("[data-done]")) this.at("[data-done]").innerHTML = html;
        this.ended = JSON.stringify(now.ended);
        // Who has waited for it sees what came of it; who is filling in something else is left alone.
        if (this.mine && !this.running) this.at(".done").scrollIntoView({ block: "start" });
        this.mine = false;
      }
      this.mine = this.running ? this.running.mine : this.mine;
      this.drawRunning();
      this.drawPeople(now.people);
      this.turn();
      this.at(".lost")?.remove();
    } catch (fault) {
      this.lose(fault);
    }
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.follow(), this.running ? BUSY_MS : IDLE_MS);
  }

  lose(fault) {
    if (fault.status === 403) fault = new Error("登录已过期：请用 minsheng lab 印出的地址重新打开");
    const words = fault.status ? fault.message : "与服务器的连接断了，正在重试。已经开始的照常进行。";
    const shown = this.at(".lost") || made("p", "", { class: "lost fault", role: "alert" });
    if (shown.textContent !== words) shown.textContent = words;
    if (!shown.isConnected) this.prepend(shown);
  }

  drawPeople(people) {
    const shown = this.at(".people");
    const words = people.length ? `在座：${people.map((each) => (each === this.name ? `${each}（您）` : each)).join("、")}` : "";
    if (shown && shown.textContent !== words) shown.textContent = words;
  }

  drawRunning() {
    const card = this.at(".now");
    if (!card) return;
    const job = this.running;
    card.hidden = !job;
    if (!job) {
      this.stopping = "";
      return;
    }
    const put = (selector, words) => {
      const element = card.querySelector(selector);
      if (element.textContent !== words) element.textContent = words;
    };
    put(".doing", `${job.by}${job.mine ? "（您）" : ""}：${job.title}`);
    put(".line", job.line);
    put(".stage", this.stopping === job.id ? "正在停止……再按一次立即停止" : job.stage);
    put(".time", `${job.total ? `${job.done}/${job.total}，` : ""}已 ${job.seconds} 秒`);
    const bar = card.querySelector("progress");
    if (job.total) Object.assign(bar, { max: job.total, value: job.done });
    else bar.removeAttribute("value");
    const log = card.querySelector("details");
    log.dataset.log = job.id;
    if (log.open) this.readLog(log);
  }

  async readLog(details) {
    const shown = details.querySelector("pre");
    const atEnd = shown.scrollTop + shown.clientHeight >= shown.scrollHeight - 4;
    const { log } = await ask(`jobs/${details.dataset.log}/log`).catch((fault) => ({ log: fault.message }));
    if (shown.textContent !== log) shown.textContent = log;
    if (atEnd) shown.scrollTop = shown.scrollHeight;
  }

  // --- forms ---------------------------------------------------------------------------------------------------------

  asked(form) {
    const files = {};
    const mine = `${form.dataset.form} `;
    for (const [key, sent] of this.files) {
      if (key.startsWith(mine)) files[key.slice(mine.length)] = sent.filter((each) => each.id).map((each) => each.id);
    }
    const values = Object.fromEntries(new FormData(form));
    return { form: form.dataset.form, month: this.month, values, files, name: this.name, browser: this.browser };
  }

  /** Show the command line of what is filled in; while something is missing, what is missing. */
  async preview(form) {
    if (!form.closest("details").open) return;
    const asked = this.asked(form);
    for (const field of form.querySelectorAll("input[type=password]")) {
      if (field.value) asked.values[field.name] = "…"; // nobody needs it to show a line without it
    }
    const shown = form.querySelector(".command code");
    const said = await ask("line", { method: "POST", json: asked }).catch((fault) => ({ missing: fault.message }));
    const words = said.line || `（${said.missing}）`;
    if (shown.textContent !== words) shown.textContent = words;
  }

  async submitted(event) {
    event.preventDefault();
    const form = event.target;
    if ("name" in form.dataset) {
      this.name = form.elements.name.value.trim();
      localStorage.setItem("minsheng.desk.name", this.name);
      this.seat();
      this.turn();
      if (this.name && !localStorage.getItem("minsheng.desk.toured")) this.tour(0);
      return;
    }
    const fault = form.querySelector(".fault");
    fault.textContent = "";
    const mine = `${form.dataset.form} `;
    const keys = [...this.files.keys()].filter((key) => key.startsWith(mine));
    if (keys.some((key) => this.files.get(key).some((each) => !each.id && !each.fault))) {
      fault.textContent = "还有文件没有送完，请稍候";
      return;
    }
    try {
      await ask("jobs", { method: "POST", json: this.asked(form) });
    } catch (refused) {
      fault.textContent = refused.message;
      return;
    }
    for (const key of keys) {
      this.files.delete(key);
      this.drawFiles(key);
    }
    form.reset();
    form.closest("details").open = false;
    this.mine = true;
    await this.follow();
    this.at(".now").scrollIntoView({ block: "center" });
  }

  typed(event) {
    const form = event.target.closest("form[data-form]");
    if (!form) return;
    clearTimeout(form.typing);
    form.typing = setTimeout(() => this.preview(form), TYPING_MS);
  }

  changed(event) {
    if ("month" in event.target.dataset) {
      this.turnTo(event.target.value, event.target.selectedOptions[0].textContent);
    } else if ("choice" in event.target.dataset) {
      this.files.get(SORTED)[Number(event.target.dataset.choice)].chosen = Number(event.target.value);
      this.drawFiles(SORTED);
    } else if (event.target.type === "file" && event.target.closest("[data-sort]")) {
      this.sort([...event.target.files].map((file) => ({ file, path: file.name })));
      event.target.value = "";
    } else if (event.target.type === "file") {
      this.take(event.target.closest("[data-files]"), [...event.target.files]);
      event.target.value = "";
    }
  }

  async clicked(event) {
    const button = event.target.closest("button");
    if (!button) return;
    if ("open" in button.dataset && (await this.showsMonth(button.dataset.ofMonth))) {
      this.openForm(button.dataset.open, JSON.parse(button.dataset.values));
    }
    if ("tour" in button.dataset) this.tour(button.dataset.tour === "" ? -1 : Number(button.dataset.tour));
    if ("stop" in button.dataset && this.running) {
      if (!this.running.mine && !confirm(`这是${this.running.by}开始的，确定停止？`)) return;
      this.stopping = this.running.id;
      await ask(`jobs/${this.running.id}/stop`, { method: "POST", json: {} }).catch((fault) => this.lose(fault));
      this.drawRunning();
    }
    if ("place" in button.dataset) await this.place(this.groups()[Number(button.dataset.place)]);
    if ("drop" in button.dataset) this.drop(button.closest("[data-files]"), Number(button.dataset.drop));
  }

  /** Whether the desk shows the month that something is of; it turns to it where it does not yet. */
  async showsMonth(month) {
    if (!month || month === this.month) return true;
    await this.turnTo(month, this.at(`#desk-month option[value="${month}"]`)?.textContent || month);
    return this.month === month;
  }

  openForm(id, values) {
    const details = this.querySelector(`#desk-${id}`);
    const form = details.querySelector("form");
    details.open = true;
    for (const [name, value] of Object.entries(values)) {
      const field = form.elements[name];
      if (field?.type === "checkbox") field.checked = value === "on";
      else if (field) field.value = value;
    }
    this.preview(form);
    details.scrollIntoView({ block: "center" });
    form.querySelector("select, input:not([type=hidden]), button").focus({ preventScroll: true });
  }

  toggled(event) {
    if (!event.target.open) return;
    if ("log" in event.target.dataset && event.target.dataset.log) this.readLog(event.target);
    const form = event.target.querySelector(":scope > form[data-form]");
    if (form) this.preview(form);
  }

  // --- files ---------------------------------------------------------------------------------------------------------

  zone(event) {
    return event.target.closest("[data-files]") || this.at("[data-sort]");
  }

  dragged(event) {
    if (![...event.dataTransfer.types].includes("Files")) return;
    // A file that is dropped beside the zone would take the place of the page.
    event.preventDefault();
    event.stopPropagation();
    this.zone(event)?.classList.toggle("over", event.type === "dragover");
  }

  dropped(event) {
    if (!event.dataTransfer.files.length) return;
    event.preventDefault();
    event.stopPropagation();
    const zone = this.zone(event);
    if (!zone) return;
    zone.classList.remove("over");
    if ("sort" in zone.dataset) {
      // What was dropped is known to the event alone, and a folder to its entry alone.
      const entries = [...event.dataTransfer.items].map((each) => each.webkitGetAsEntry?.()).filter(Boolean);
      const flat = [...event.dataTransfer.files].map((file) => ({ file, path: file.name }));
      const inside = entries.some((each) => each.isDirectory) ? this.inFolders(entries) : Promise.resolve(flat);
      inside.then((files) => this.sort(files));
      return;
    }
    zone.closest("details").open = true;
    this.take(zone, [...event.dataTransfer.files]);
  }

  /** The files of dropped folders, each with its path in them. */
  async inFolders(entries) {
    const found = [];
    for (const entry of entries) {
      if (entry.isFile) {
        found.push({ file: await new Promise((done, failed) => entry.file(done, failed)), path: entry.fullPath.slice(1) });
        continue;
      }
      const reader = entry.createReader();
      for (;;) {
        const some = await new Promise((done, failed) => reader.readEntries(done, failed));
        if (!some.length) break;
        found.push(...(await this.inFolders(some)));
      }
    }
    return found;
  }

  /** Send dropped files, ask what each one is, and put those that are for one form into it. */
  async sort(files) {
    const sent = this.files.get(SORTED) || [];
    this.files.set(SORTED, sent);
    const taken = files.map(({ file, path }) => ({ ...this.announced(file), path }));
    sent.push(...taken);
    this.drawFiles(SORTED);
    for (const each of taken) if (!each.fault) await this.send(SORTED, each);
    const there = taken.filter((each) => each.id && !each.dropped);
    if (there.length) {
      const asked = there.map(({ id, path }) => [id, path]);
      try {
        const { files: found } = await ask("sorted", { method: "POST", json: { month: this.month, files: asked } });
        for (const each of there) {
          const parts = found.filter(({ of }) => of === each.id).map((part) => ({ ...part, chosen: part.sure ? 0 : -1 }));
          sent.splice(sent.indexOf(each), 1, ...parts);
        }
      } catch (fault) {
        for (const each of there) each.fault = fault.message;
      }
    }
    this.drawFiles(SORTED);
    const groups = this.groups();
    if (groups.length === 1 && !sent.some((each) => each.chosen === -1)) await this.place(groups[0]);
  }

  /** What waits, by the form that it is for and what is filled in there; a form of one file has one. */
  groups() {
    const found = new Map();
    for (const each of this.files.get(SORTED) || []) {
      const choice = each.choices?.[each.chosen];
      if (!choice || each.fault) continue;
      const details = this.at(`#desk-${choice.form}`);
      const single = !details.querySelector(`[data-files="${choice.into}"] input`).multiple;
      const key = JSON.stringify([choice.form, choice.month, choice.values, single ? each.id : ""]);
      if (!found.has(key)) found.set(key, { choice, files: [], title: details.querySelector(".step").textContent });
      found.get(key).files.push(each);
    }
    return [...found.values()];
  }

  async place({ choice, files }) {
    if (!(await this.showsMonth(choice.month))) return;
    const zone = this.at(`#desk-${choice.form} [data-files="${choice.into}"]`);
    const key = `${choice.form} ${choice.into}`;
    const before = zone.querySelector("input").multiple ? this.files.get(key) || [] : [];
    this.files.set(key, [...before, ...files]);
    this.files.set(SORTED, this.files.get(SORTED).filter((each) => !files.includes(each)));
    this.drawFiles(key);
    this.drawFiles(SORTED);
    this.openForm(choice.form, choice.values);
  }

  keyOf(zone) {
    return "sort" in zone.dataset ? SORTED : `${zone.closest("form").dataset.form} ${zone.dataset.files}`;
  }

  /** A file before it is sent: what cannot be taken is said before. */
  announced(file) {
    const limit = Number(this.at(".desk").dataset.limit);
    const mb = Math.ceil(file.size / 1024 / 1024);
    const fault = file.size > limit * 1024 * 1024 ? `有 ${mb} MB，超过上限 ${limit} MB，没有发送` : "";
    return { file, name: file.name, size: file.size, at: 0, fault };
  }

  /** Take files that were chosen or dropped, in any number, and send them one after the other. */
  async take(zone, files) {
    const key = this.keyOf(zone);
    const several = zone.querySelector("input[type=file]").multiple;
    if (!several) this.files.delete(key);
    const sent = this.files.get(key) || [];
    this.files.set(key, sent);
    const taken = (several ? files : files.slice(0, 1)).map((file) => this.announced(file));
    sent.push(...taken);
    this.drawFiles(key);
    for (const each of taken) if (!each.fault) await this.send(key, each);
  }

  async send(key, each) {
    const part = Number(this.at(".desk").dataset.part);
    try {
      const { id } = await ask("uploads", { method: "POST", json: { name: each.name, size: each.size } });
      while (each.at < each.size && !each.dropped) {
        const content = await each.file.slice(each.at, each.at + part).arrayBuffer();
        each.at = (await this.sendPart(id, each.at, content)).size;
        this.drawFiles(key);
      }
      each.id = id;
      if (each.dropped) await ask(`uploads/${id}`, { method: "DELETE" });
    } catch (fault) {
      each.fault = fault.status ? fault.message : `读不出来或没有送到（${fault.message}）：请取下后重放，文件夹请打开后选里面的文件`;
    }
    this.drawFiles(key);
    const form = this.at(`form[data-form="${key.split(" ")[0]}"]`);
    if (form) this.preview(form);
  }

  /** A part that the network lost is sent again; the server takes none twice. */
  async sendPart(id, offset, content) {
    for (let tried = 1; ; tried += 1) {
      try {
        return await ask(`uploads/${id}?offset=${offset}`, { method: "PUT", body: content });
      } catch (fault) {
        if (fault.status || tried === TRIES) throw fault;
        await pause(500 * tried);
      }
    }
  }

  drop(zone, number) {
    const key = this.keyOf(zone);
    const [gone] = this.files.get(key).splice(number, 1);
    gone.dropped = true;
    if (gone.id) ask(`uploads/${gone.id}`, { method: "DELETE" }).catch(() => {});
    this.drawFiles(key);
    const form = zone.closest("form");
    if (form) this.preview(form);
  }

  drawFiles(key) {
    const [form, field] = key.split(" ");
    const place = key === SORTED ? "[data-sort]" : `form[data-form="${form}"] [data-files="${field}"]`;
    const list = this.at(`${place} .sent`);
    if (!list) return;
    const sent = this.files.get(key) || [];
    list.replaceChildren(
      ...sent.map((each, number) => {
        const item = made("li", "");
        item.append(made("span", each.name));
        if (each.fault) item.append(made("strong", `■ ${each.fault}`, { class: "bad" }));
        else if (key === SORTED && each.id) item.append(...this.drawChoice(each, number));
        else if (each.id) item.append(made("span", "● 已送到", { class: "good" }));
        else item.append(made("progress", "", { max: each.size || 1, value: each.at, "aria-label": `${each.name} 发送进度` }));
        item.append(made("button", "取下", { type: "button", "data-drop": number, "aria-label": `取下 ${each.name}` }));
        return item;
      }),
    );
    if (key !== SORTED) return;
    this.at(`${place} .groups`).replaceChildren(
      ...this.groups().map(({ title, choice, files }, number) => {
        const other = choice.month && choice.month !== this.month && this.at(`#desk-month option[value="${choice.month}"]`);
        const words = `${other ? `换到${other.textContent}，` : ""}${title}（${files.length} 份）`;
        return made("button", words, { type: "button", "data-place": number });
      }),
    );
  }

  /** What a file is taken for, and what else it may be. */
  drawChoice(each, number) {
    if (!each.choices) return [made("span", "正在看是什么……", { class: "hint" })];
    const chosen = each.choices[each.chosen];
    const said = chosen
      ? made("span", `● 认作：${chosen.words}`, { class: "good" })
      : made("strong", `▲ 请选是什么${each.choices[0].form === "receive" ? `：${each.choices[0].words}` : ""}`, { class: "watch" });
    if (each.choices.length < 2) return [said];
    const select = made("select", "", { "data-choice": number, "aria-label": `${each.name} 是什么` });
    if (!chosen) select.append(made("option", "（请选）", { value: "-1" }));
    each.choices.forEach(({ form }, choice) => {
      select.append(made("option", this.at(`#desk-${form} .step`).textContent, { value: choice }));
    });
    select.value = each.chosen;
    return [said, select];
  }

  // --- the tour ------------------------------------------------------------------------------------------------------

  tour(number, moves = true) {
    const box = this.at(".tour");
    if (!box) return;
    box.hidden = number < 0;
    for (const each of this.querySelectorAll(".toured")) each.classList.remove("toured");
    if (number < 0) {
      localStorage.setItem("minsheng.desk.toured", "yes");
      return;
    }
    [...box.children].forEach((step, each) => {
      step.hidden = each !== number;
    });
    const step = box.children[number];
    const place = this.querySelector(`#${step.dataset.place}`);
    place.classList.add("toured");
    if (!moves) return;
    if (place.tagName === "DETAILS") place.open = true;
    step.querySelector("h2").focus();
    place.scrollIntoView({ block: "center" });
  }
}

customElements.define("minsheng-desk", Desk);

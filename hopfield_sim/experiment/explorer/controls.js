"use strict";
// What is pressed: pointer, keys, buttons and choices; and the start of it all.

// ---------------------------------------------------------------- a place on a grid

const keyboard = { cue: 0, board: 0 }; // where the arrows are

function siteAt(event, canvas) {
  const box = canvas.getBoundingClientRect();
  const side = situation.side;
  const at = (offset, size) => Math.min(Math.max(Math.floor((offset / size) * side), 0), side - 1);
  return at(event.clientY - box.top, box.height) * side + at(event.clientX - box.left, box.width);
}

/** Move the keyboard's place by an arrow key; whether it was one. */
function move(event, which) {
  const side = situation.side;
  const steps = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }[
    event.key
  ];
  if (!steps) return false;
  event.preventDefault();
  const [row, column] = [
    Math.floor(keyboard[which] / side) + steps[0],
    (keyboard[which] % side) + steps[1],
  ];
  if (row >= 0 && row < side && column >= 0 && column < side) keyboard[which] = row * side + column;
  return true;
}

function point(site) {
  pointed = site;
  if (!running) draw();
}

// ---------------------------------------------------------------- drawing a cue

function setPixel(site, value) {
  const pixels = cuePixels();
  if (pixels[site] === value) return;
  pixels[site] = value;
  change({ cue: drawn(pixels) });
}

let brush = 0; // what the pointer paints while it is down

$("cue").addEventListener("pointerdown", (event) => {
  $("cue").setPointerCapture(event.pointerId);
  const site = siteAt(event, $("cue"));
  brush = -cuePixels()[site];
  keyboard.cue = site;
  setPixel(site, brush);
});
$("cue").addEventListener("pointermove", (event) => {
  if (!brush) return;
  for (const part of event.getCoalescedEvents?.() ?? [event])
    setPixel(siteAt(part, $("cue")), brush);
});
for (const name of ["pointerup", "pointercancel"])
  $("cue").addEventListener(name, () => (brush = 0));
$("cue").addEventListener("keydown", (event) => {
  if (event.key === " ") {
    event.preventDefault();
    setPixel(keyboard.cue, -cuePixels()[keyboard.cue]);
  } else if (move(event, "cue")) drawCue();
});
for (const name of ["focus", "blur"]) $("cue").addEventListener(name, drawCueSoon);

function drawCueSoon() {
  requestAnimationFrame(drawCue);
}

// ---------------------------------------------------------------- what can be pressed

function showChoices() {
  for (const name of [
    "memory",
    "power",
    "beta",
    "side",
    "update",
    "temperature",
    "order",
    "seed",
    "limit",
  ]) {
    if (document.activeElement !== $(name)) $(name).value = situation[name];
  }
  const { memory: kind, update } = situation;
  $("power-field").hidden = kind !== "dense";
  $("beta-field").hidden = kind !== "modern";
  for (const name of ["update-field", "temperature-field"]) $(name).hidden = kind === "modern";
  $("order-field").hidden = kind === "modern" || update === "sync";
  $("temperature-text").textContent = situation.temperature.toFixed(2);
}

function say(text) {
  $("message").textContent = text;
  clearTimeout(say.timer);
  say.timer = setTimeout(() => ($("message").textContent = ""), 2500);
}

function setTheme(theme) {
  document.documentElement.dataset.theme = theme;
  $("theme").textContent = theme === "dark" ? "Light" : "Dark";
}

/** Copy a text, or say that this browser does not let a page do so. */
async function copy(text, done) {
  try {
    await navigator.clipboard.writeText(text);
    say(done);
  } catch {
    say("This browser does not copy: the address line has the link, the lines can be marked.");
  }
}

const press = {
  "store-letters": () => {
    const letters = [...$("letters").value.toUpperCase()].filter((letter) => GLYPHS[letter]);
    if (letters.length) store(letters.map((letter) => `g${letter}`));
    else say("Letters A–Z and digits can be stored.");
  },
  "store-board": () => store([situation.stored.includes("c5") ? "c4" : "c5"]),
  "store-random": () => {
    const count = Math.min(Math.max(Math.round($("how-many").value) || 1, 1), 100);
    store(freshSeeds(count).map((seed) => `r${seed}`));
  },
  "forget-all": () => change({ cue: drawn(cuePixels()), stored: [] }),
  flip: () => {
    const count = Math.floor((memory.n * $("flip-slider").value) / 100 + 1e-9);
    change({ cue: `${situation.cue}~f${count}.${situation.cue.split("~").length}` });
  },
  cover: () => change({ cue: `${situation.cue}~c${$("half").value}` }),
  invert: () => change({ cue: `${situation.cue}~i` }),
  blank: () => change({ cue: drawn(new Int8Array(memory.n).fill(-1)) }),
  noise: () =>
    change({
      cue: `r${1000 + ((Number(situation.cue.match(/^r(\d+)$/)?.[1] ?? 999) + 1) % 1000)}`,
    }),
  "store-cue": () => store([situation.cue[0] === "p" ? drawn(cuePixels()) : situation.cue]),
  rewind: () => {
    pause();
    goTo(0);
  },
  "back-sweep": () => {
    pause();
    goTo((Math.ceil(clock / memory.n) - 1) * memory.n);
  },
  back: () => {
    pause();
    goTo(clock - oneStep());
  },
  run: () => {
    if (running) {
      pause();
      draw();
    } else run();
  },
  step: () => {
    pause();
    goTo(clock + oneStep());
  },
  sweep: () => {
    pause();
    goTo((Math.floor(clock / memory.n) + 1) * memory.n);
  },
  finish: () => {
    pause();
    goTo(situation.limit * memory.n);
  },
  "take-state": () => {
    if (runs.length) change({ cue: drawn(runs[0].recall.now.state.map((x) => (x < 0 ? -1 : 1))) });
  },
  link: () => copy(location.href, "The link is copied."),
  "show-python": () => {
    $("python").textContent = runs.length ? python(situation) : "# Store a pattern first.";
    $("python-dialog").showModal();
  },
  "copy-python": () => copy($("python").textContent, "The lines are copied."),
  "close-python": () => $("python-dialog").close(),
  theme: () => {
    setTheme(document.documentElement.dataset.theme === "dark" ? "light" : "dark");
    paintPatterns();
    drawCue();
    draw();
  },
};
for (const [id, act] of Object.entries(press)) $(id).addEventListener("click", act);

for (const name of ["power", "beta", "seed", "limit", "temperature"]) {
  $(name).addEventListener(name === "temperature" ? "input" : "change", () => {
    const value = within(name, Number($(name).value));
    if (name !== "temperature") $(name).value = value;
    change({ [name]: value });
  });
}
for (const name of ["memory", "update", "order"])
  $(name).addEventListener("change", () => change({ [name]: $(name).value }));
$("side").addEventListener("change", () => resize(Number($("side").value)));
$("time").addEventListener("input", () => {
  pause();
  goTo(Number($("time").value));
});
$("speed").addEventListener("input", draw);
$("flip-slider").addEventListener(
  "input",
  () => ($("flip-share").textContent = `${$("flip-slider").value} %`),
);

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || $("python-dialog").open) return;
  if (event.target.matches("input, select")) return;
  const act = { p: "run", ".": "step", ",": "back", r: "rewind" }[event.key.toLowerCase()];
  if (act) press[act]();
});
window.addEventListener("hashchange", open);
window.addEventListener("resize", () => {
  drawCue();
  draw();
});

/** Open what the address says. */
function open() {
  situation = fromLink(location.hash);
  change({ side: situation.side });
}

for (let side = RANGES.side[0]; side <= RANGES.side[1]; side++)
  $("side").append(new Option(`${side} × ${side}`, side));
setTheme(matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");
open();

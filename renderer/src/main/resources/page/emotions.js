// Emotions, their colours, and the group of buttons that sets them.

import { displayText, element } from "./text.js";

/** Emotions with the hue of each, in degrees. */
export const EMOTIONS = [
  ["neutral", 210], ["happy", 42], ["excited", 22], ["focused", 222], ["thinking", 250],
  ["analyzing", 196], ["alert", 6], ["confident", 160], ["curious", 285], ["processing", 186],
  ["discovered", 138], ["concerned", 34], ["satisfied", 112], ["investigating", 268], ["breakthrough", 322],
];

export const HUES = new Map(EMOTIONS);

/** Radio buttons that arrow keys do not select: a choice changes the avatar of all viewers. Enter and Space select. */
export class EmotionButtons {
  /** @param {(emotion: string) => void} choose */
  constructor(choose) {
    this.chips = new Map();
    const box = element("emotions");
    for (const [name, hue] of EMOTIONS) {
      const chip = document.createElement("button");
      chip.type = "button";
      chip.className = "chip tinted";
      chip.textContent = displayText(name);
      chip.dataset.emotion = name;
      chip.style.setProperty("--mood-hue", hue);
      chip.setAttribute("role", "radio");
      chip.setAttribute("aria-checked", "false");
      chip.tabIndex = this.chips.size === 0 ? 0 : -1;
      chip.addEventListener("click", () => choose(name));
      this.chips.set(name, chip);
      box.append(chip);
    }
    box.addEventListener("keydown", (event) => this.moveFocus(event));
    box.addEventListener("focusin", (event) => this.setTabStop(event.target));
  }

  moveFocus(event) {
    const chips = [...this.chips.values()];
    const at = chips.indexOf(document.activeElement);
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    const to = event.key === "Home" ? 0 : event.key === "End" ? chips.length - 1
      : step ? (at + step + chips.length) % chips.length : -1;
    if (at >= 0 && to >= 0) {
      event.preventDefault();
      chips[to].focus();
    }
  }

  setTabStop(target) {
    this.chips.forEach((chip) => { chip.tabIndex = chip === target ? 0 : -1; });
  }

  /** Marks a button as requested until a state arrives; "" marks none. */
  markPending(emotion) {
    this.chips.forEach((chip, name) => chip.setAttribute("aria-busy", String(name === emotion)));
  }

  check(emotion) {
    this.chips.forEach((chip, name) => {
      chip.setAttribute("aria-checked", String(name === emotion));
      chip.setAttribute("aria-busy", "false");
    });
    if (this.chips.has(emotion) && !element("emotions").contains(document.activeElement)) {
      this.setTabStop(this.chips.get(emotion));
    }
  }
}

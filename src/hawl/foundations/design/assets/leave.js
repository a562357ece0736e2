// Leaving at once. Without this file the control is a plain link that ends the session and goes to a neutral page.
(() => {
  const control = document.querySelector("[data-hawl-leave-control]");
  if (!control) return;
  const counter = document.querySelector("[data-hawl-leave-count]");
  const needed = 3;
  const within = 5000;
  let pressed = 0;
  let timer;

  function leave() {
    // Blank first: what is on the screen matters more than the network.
    document.documentElement.classList.add("hawl-gone");
    document.title = control.dataset.neutralTitle;
    navigator.sendBeacon(control.href);
    window.location.replace(control.dataset.leaveTo);
  }

  function say(left) {
    if (counter) counter.textContent = left === null ? "" : counter.dataset["left" + left] || "";
  }

  function forget() {
    pressed = 0;
    say(null);
  }

  for (const link of document.querySelectorAll("[data-hawl-leave]")) {
    link.addEventListener("click", (event) => {
      event.preventDefault();
      leave();
    });
  }

  document.addEventListener("keyup", (event) => {
    if (event.key !== "Shift") {
      if (pressed) forget();
      return;
    }
    window.clearTimeout(timer);
    pressed += 1;
    if (pressed >= needed) {
      leave();
      return;
    }
    say(needed - pressed);
    timer = window.setTimeout(forget, within);
  });

  // A page kept by the browser for its Back button must not come back to life after leaving.
  window.addEventListener("pageshow", (event) => {
    if (event.persisted && document.documentElement.classList.contains("hawl-gone")) {
      window.location.replace(control.dataset.leaveTo);
    }
  });
})();

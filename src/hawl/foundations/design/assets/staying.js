// Two minutes before a session ends, says so where it is read aloud. Without this file the time stands in the footer.
(() => {
  const told = document.querySelector("[data-session-ends]");
  if (!told) return;
  const left = Number(told.dataset.sessionEnds) * 1000;
  const warned = document.querySelector("[data-session-warning]");
  setTimeout(() => {
    if (warned) warned.hidden = false;
  }, Math.max(0, left - 120000));
})();

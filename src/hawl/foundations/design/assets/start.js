// Enhancement only: every page works without it.
document.body.classList.add("js-enabled", "govuk-frontend-supported");
initAll();

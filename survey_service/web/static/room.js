if (window.speechSynthesis) document.documentElement.className = "aloud";

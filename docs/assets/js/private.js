// Material writes the color scheme into the browser's storage on every load. Nobody asked it to, so it may not.
__md_set = () => {};
